// Who is signed in, and how one signs in.
import { askAddress } from '../api/ask';
import { Problem } from '../api/problem';

export interface Me {
  employeeId: string;
  name: string;
  extension: string;
  /** Whether the PBX takes browsers as telephones. */
  telephone: boolean;
  team: string;
  visibility: string;
  permissions: string[];
  sessionId: string;
}

export type SignInStage = { stage: 'done' } | { stage: 'second_factor' | 'new_password'; challenge: string };

/** Who asks; undefined when nobody is signed in. */
export async function whoAmI(signal?: AbortSignal): Promise<Me | undefined> {
  try {
    return await askAddress<Me>('GET', '/api/me', undefined, { signal, signedOutIsFine: true });
  } catch (error) {
    if (error instanceof Problem && error.status === 401) return undefined;
    throw error;
  }
}

const step = (address: string, body: unknown): Promise<SignInStage> =>
  askAddress<SignInStage>('POST', address, body, { signedOutIsFine: true });

export const signIn = (name: string, password: string): Promise<SignInStage> => step('/api/session', { name, password });

export const answerSecondFactor = (challenge: string, code: string): Promise<SignInStage> =>
  step('/api/session/second-factor', { challenge, code });

export const chooseNewPassword = (challenge: string, newPassword: string): Promise<SignInStage> =>
  step('/api/session/new-password', { challenge, newPassword });

export const signOut = (): Promise<void> => askAddress('DELETE', '/api/session', undefined, { signedOutIsFine: true });
