import '@mantine/core/styles.css';
import './ui-bits/base.css';
import { MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { RouterProvider } from 'react-router/dom';
import { queries } from './api/queries';
import { startLanguage } from './i18n/language';
import { router } from './shell/routes';
import { cssVariables, theme } from './ui-bits/theme';

const root = document.getElementById('root');
if (!root) throw new Error('The page has no root.');

await startLanguage();
createRoot(root).render(
  <StrictMode>
    <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme="auto">
      <QueryClientProvider client={queries}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
