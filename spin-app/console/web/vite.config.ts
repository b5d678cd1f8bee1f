import { defineConfig } from 'vite';

// `cargo xtask up` runs the API that `npm run dev` shows.
const API = 'http://127.0.0.1:3000';

// What `cargo xtask test` rebuilds and compares byte by byte with the committed `dist/`: nothing in here depends on the machine.
export default defineConfig({
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    target: 'es2022',
    // The first browsers that know light-dark().
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    cssCodeSplit: false,
    // The content security policy allows neither inline scripts nor data: scripts and styles.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  worker: { format: 'es' },
  server: { proxy: { '/api': API, '/core': API } },
});
