import { render } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import './styles/index.css';
import { asRefusal, type Refusal } from './api/client.ts';
import { refreshClock } from './app/clock.ts';
import { Shell } from './app/shell.tsx';
import { me, token } from './app/session.ts';
import './app/theme.ts';
import { SignIn } from './screens/sign-in.tsx';
import { Failure, Loading } from './ui/states.tsx';

function App() {
  if (me.value) return <Shell />;
  return sessionStorage.getItem('punctual-token') && token.value ? <Returning /> : <SignIn />;
}

/** A reload: the token is there, and the API is asked what it is good for. */
function Returning() {
  const [refusal, setRefusal] = useState<Refusal>();
  const ask = () => {
    setRefusal(undefined);
    refreshClock().catch((error) => setRefusal(asRefusal(error)));
  };
  useEffect(ask, []);
  return <main class="door" id="main"><h1 class="visually-hidden">Punctual</h1>{refusal ? <Failure refusal={refusal} retry={ask} /> : <Loading what="the console" />}</main>;
}

const place = document.getElementById('app');
if (place) {
  place.replaceChildren();
  render(<App />, place);
}
