/** The name with its sign. */
export function Mark() {
  return (
    <p class="mark">
      <svg viewBox="0 0 32 32" width="30" height="30" aria-hidden="true">
        <rect width="32" height="32" rx="8" class="mark-ground" />
        <circle cx="16" cy="16" r="9" class="mark-line" />
        <path d="M16 10.5V16l3.8 2.6" class="mark-line" />
      </svg>
      Punctual
    </p>
  );
}
