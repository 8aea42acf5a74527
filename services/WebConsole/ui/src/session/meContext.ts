import { createContext, useContext } from 'react';
import type { Me } from './session';

interface Signed {
  me: Me;
  signOut: () => void;
}

export const MeContext = createContext<Signed | undefined>(undefined);

export function useSigned(): Signed {
  const signed = useContext(MeContext);
  if (!signed) throw new Error('Only for those who are signed in.');
  return signed;
}

export const useMe = (): Me => useSigned().me;

/** Whether I may do something: only what shows; the services decide. */
export function useMay(permission: string): boolean {
  return useMe().permissions.includes(permission);
}
