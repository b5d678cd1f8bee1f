/** How far before the start a reminder is, in words: `P7D` is "1 week before", `PT90M` "90 minutes before". */
export function stepWords(code: string): string {
  const parts = /^P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/.exec(code);
  if (!parts) return code;
  const [weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = parts.slice(1).map((part) => Number(part ?? 0));
  const words: string[] = [];
  const say = (count: number, name: string) => {
    if (count > 0) words.push(`${count} ${name}${count === 1 ? '' : 's'}`);
  };
  const allDays = weeks * 7 + days;
  if (allDays % 7 === 0) say(allDays / 7, 'week');
  else say(allDays, 'day');
  say(hours, 'hour');
  say(minutes, 'minute');
  say(seconds, 'second');
  return words.length > 0 ? `${words.join(' ')} before` : 'At the start';
}
