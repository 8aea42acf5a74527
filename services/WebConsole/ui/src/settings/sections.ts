// The sections of the settings, in their order, each with what one needs to see it.

export const sections = [
  { to: 'rules', permission: 'routing.read' },
  { to: 'employees', permission: 'staff.read' },
  { to: 'groups', permission: 'routing.read' },
  { to: 'hours', permission: 'routing.read' },
  { to: 'numbers', permission: 'routing.read' },
  { to: 'ledger', permission: 'calls.read' },
  { to: 'audit', permission: 'audit.read' },
  { to: 'keys', permission: 'api_keys.read' },
  { to: 'services', permission: '' },
] as const;

type Section = (typeof sections)[number];

/** Those that somebody with these permissions sees; a section without a permission is everybody's. */
export const sectionsFor = (permissions: readonly string[]): Section[] =>
  sections.filter((section) => section.permission === '' || permissions.includes(section.permission));
