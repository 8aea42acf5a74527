/** Whether something is found by a part of one of its texts, or of the digits of one of its numbers, however those are written. */
export function isFound(query: string, texts: readonly string[], numbers: readonly string[]): boolean {
  const wanted = query.trim().toLocaleLowerCase();
  if (wanted === '') return true;
  const fold = (text: string): string => text.toLocaleLowerCase().replaceAll('ё', 'е');
  if (texts.some((text) => fold(text).includes(fold(wanted)))) return true;
  if (!/^[\d\s()+-]+$/.test(wanted)) return false;
  const digits = wanted.replace(/\D/g, '').replace(/^8(?=\d{10}$)/, '7');
  return digits !== '' && numbers.some((number) => number.includes(digits));
}
