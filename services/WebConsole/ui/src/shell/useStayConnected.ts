import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { stayConnected } from '../live/connection';

/** Keeps the live connection while somebody is signed in. */
export function useStayConnected(signedOut: boolean): void {
  const cache = useQueryClient();
  useEffect(() => {
    if (signedOut) return undefined;
    let planned: ReturnType<typeof setTimeout> | undefined;
    // A busy morning changes the queue many times a second; it is fetched again once.
    const leave = stayConnected(() => {
      planned ??= setTimeout(() => {
        planned = undefined;
        void cache.invalidateQueries({ queryKey: ['callbacks'] });
      }, 300);
    });
    return () => {
      clearTimeout(planned);
      leave();
    };
  }, [cache, signedOut]);
}
