import { QueryClient } from '@tanstack/react-query';
import { Problem } from './problem';

/** One cache for the page. Only what may pass by itself is tried again; changes are never repeated blindly. */
export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      retry: (failures, error) => error instanceof Problem && error.isTransient && failures < 2,
      retryDelay: (attempt) => 800 * 2 ** attempt,
    },
    mutations: { retry: false },
  },
});
