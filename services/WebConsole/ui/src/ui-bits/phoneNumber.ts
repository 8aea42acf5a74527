// Numbers as people read them. The services speak E.164 without the plus.

/** +7 (916) 123-45-67 for Russian numbers, +CC and groups for others, short numbers and extensions as they are. */
export function formatNumber(number: string): string {
  if (!/^\d+$/.test(number)) return number;
  const russian = /^7(\d{3})(\d{3})(\d{2})(\d{2})$/.exec(number);
  if (russian) return `+7 (${russian[1] ?? ''}) ${russian[2] ?? ''}-${russian[3] ?? ''}-${russian[4] ?? ''}`;
  if (number.length < 8) return number;
  const digits = number.slice(number.length % 3 === 0 ? 3 : (number.length % 3));
  const country = number.slice(0, number.length - digits.length);
  return `+${country} ${digits.replace(/(\d{3})(?=\d)/g, '$1 ')}`;
}

/** The digits of what somebody typed, as E.164 without plus where that is plain; undefined when it is no whole number. */
export function numberTyped(text: string): string | undefined {
  if (!/^[\d\s()+\-.]+$/.test(text.trim())) return undefined;
  const digits = text.replace(/\D/g, '');
  if (digits.length === 11 && digits.startsWith('8') && !text.includes('+')) return `7${digits.slice(1)}`;
  if (digits.length === 10 && digits.startsWith('9')) return `7${digits}`;
  return digits.length >= 10 && digits.length <= 15 ? digits : undefined;
}
