import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

// The page is served with `script-src 'self'` and `style-src 'self' 'unsafe-inline'`: nothing may be inlined as data: or script.
export default defineConfig({
  plugins: [react()],
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: {
      output: {
        manualChunks: (id: string) =>
          id.includes('node_modules')
            ? /mantine|floating-ui|clsx|react-number-format|react-textarea|react-remove-scroll/.test(id)
              ? 'mantine'
              : /jssip|sdp-transform|node_modules\/(events|debug|ms)\//.test(id)
                ? 'jssip'
              : id.includes('signalr')
                ? 'signalr'
                : 'vendor'
            : undefined,
      },
    },
  },
  server: {
    proxy: {
      '/api': { target: 'http://127.0.0.1:8080' },
      '/telephone': { target: 'http://127.0.0.1:8080', ws: true },
      '/live': { target: 'http://127.0.0.1:8080', ws: true },
    },
  },
  // The first test of a file waits until its modules are translated, which takes a busy machine a while.
  test: { environment: 'node', include: ['src/**/*.test.ts'], testTimeout: 60_000, hookTimeout: 60_000 },
});
