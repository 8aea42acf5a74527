import { createBrowserRouter } from 'react-router';
import { App } from './App';
import { BrokenPart } from './BrokenPart';
import { NotFound } from './NotFound';

// Each page is a chunk of its own. The call card is not: it must be there when the phone rings.
export const router = createBrowserRouter([
  {
    path: '/',
    element: <App />,
    errorElement: <BrokenPart />,
    children: [
      {
        errorElement: <BrokenPart />,
        hydrateFallbackElement: <></>,
        children: [
          { index: true, lazy: async () => ({ Component: (await import('../live/LivePage')).LivePage }) },
          { path: 'callbacks', lazy: async () => ({ Component: (await import('../callbacks/CallbacksPage')).CallbacksPage }) },
          { path: 'history', lazy: async () => ({ Component: (await import('../history/HistoryPage')).HistoryPage }) },
          { path: 'clients/:id', lazy: async () => ({ Component: (await import('../clients/ClientPage')).ClientPage }) },
          { path: 'account', lazy: async () => ({ Component: (await import('../account/AccountPage')).AccountPage }) },
          {
            path: 'settings',
            lazy: async () => ({ Component: (await import('../settings/SettingsPage')).SettingsPage }),
            children: [
              { index: true, lazy: async () => ({ Component: (await import('../settings/FirstSection')).FirstSection }) },
              { path: 'rules', lazy: async () => ({ Component: (await import('../settings/rules/RulesPage')).RulesPage }) },
              { path: 'rules/:id', lazy: async () => ({ Component: (await import('../settings/rules/RulePage')).RulePage }) },
              { path: 'employees', lazy: async () => ({ Component: (await import('../settings/employees/EmployeesPage')).EmployeesPage }) },
              { path: 'employees/:id', lazy: async () => ({ Component: (await import('../settings/employees/EmployeePage')).EmployeePage }) },
              { path: 'groups', lazy: async () => ({ Component: (await import('../settings/groups/GroupsPage')).GroupsPage }) },
              { path: 'hours', lazy: async () => ({ Component: (await import('../settings/hours/HoursPage')).HoursPage }) },
              { path: 'hours/:id', lazy: async () => ({ Component: (await import('../settings/hours/HoursFormPage')).HoursFormPage }) },
              { path: 'numbers', lazy: async () => ({ Component: (await import('../settings/numbers/NumbersPage')).NumbersPage }) },
              { path: 'ledger', lazy: async () => ({ Component: (await import('../settings/ledger/LedgerPage')).LedgerPage }) },
              { path: 'audit', lazy: async () => ({ Component: (await import('../settings/audit/AuditPage')).AuditPage }) },
              { path: 'keys', lazy: async () => ({ Component: (await import('../settings/keys/KeysPage')).KeysPage }) },
              { path: 'services', lazy: async () => ({ Component: (await import('../settings/services/ServicesPage')).ServicesPage }) },
            ],
          },
          { path: '*', element: <NotFound /> },
        ],
      },
    ],
  },
]);
