import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from '@mantine/core';

const brand: MantineColorsTuple = [
  '#edf1ff', '#d9e1fb', '#b2c0f3', '#889eeb', '#6580e4', '#4d6ddf', '#3f62de', '#3253c8', '#2849b3', '#1a3f9e',
];

const dark: MantineColorsTuple = [
  '#d3dae4', '#b3bdca', '#8e99a9', '#5c6675', '#3a424f', '#2d343f', '#232831', '#1b1f26', '#15181e', '#0f1216',
];

export const theme = createTheme({
  colors: { brand, dark },
  primaryColor: 'brand',
  primaryShade: { light: 7, dark: 7 },
  autoContrast: true,
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", Arial, sans-serif',
  fontFamilyMonospace: 'ui-monospace, "SF Mono", Consolas, "Liberation Mono", monospace',
  defaultRadius: 'md',
  fontSizes: { xs: '12px', sm: '13.5px', md: '15px', lg: '17px', xl: '20px' },
  cursorType: 'pointer',
  components: {
    Button: { defaultProps: { size: 'sm' } },
    ActionIcon: { defaultProps: { variant: 'subtle', color: 'gray' } },
    TextInput: { defaultProps: { size: 'sm' } },
    Select: { defaultProps: { size: 'sm', checkIconPosition: 'right' } },
    Tooltip: { defaultProps: { openDelay: 350, withArrow: true } },
  },
});

// Mantine's own shades of grey text miss the contrast of WCAG AA on our surfaces.
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-text': '#1b2330',
    '--mantine-color-dimmed': '#556071',
    '--mantine-color-placeholder': '#687385',
    '--mantine-color-body': '#ffffff',
    '--mantine-color-default-border': '#cfd5de',
    '--mantine-color-gray-light-color': '#3b4552',
    '--mantine-color-gray-text': '#4a5568',
    '--mantine-color-error': '#b3241d',
  },
  dark: {
    '--mantine-color-text': '#e8ebf0',
    '--mantine-color-dimmed': '#a6b0be',
    '--mantine-color-placeholder': '#8e99a9',
    '--mantine-color-body': '#1b1f26',
    '--mantine-color-default': '#232831',
    '--mantine-color-default-hover': '#2b313c',
    '--mantine-color-default-border': '#3a424f',
    '--mantine-color-gray-text': '#c1c8d3',
    '--mantine-color-error': '#ffa49e',
    '--mantine-color-brand-light-color': '#aebffa',
    '--mantine-color-brand-light': 'rgba(101, 128, 228, 0.2)',
    '--mantine-color-brand-outline': '#9db1f5',
    '--mantine-color-anchor': '#aebffa',
  },
});
