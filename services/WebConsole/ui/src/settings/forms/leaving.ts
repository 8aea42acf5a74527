// Going on by oneself after something was saved or deleted: nothing typed is lost then, and nobody is asked.
let isOnOwn = false;

/** Navigates past the question whether to leave. The router asks it while the navigation begins, before anything is drawn anew. */
export function leaveUnasked(navigate: () => void): void {
  isOnOwn = true;
  try {
    navigate();
  } finally {
    isOnOwn = false;
  }
}

export const isLeavingUnasked = (): boolean => isOnOwn;
