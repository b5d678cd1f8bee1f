/** The time zones that this browser knows, to choose from while typing. */
export const ZONES_ID = 'zones';

const zones: readonly string[] = Intl.supportedValuesOf('timeZone');

export function ZoneChoices() {
  return (
    <datalist id={ZONES_ID}>
      <option value="UTC" />
      {zones.map((zone) => <option key={zone} value={zone} />)}
    </datalist>
  );
}
