// The language of the interface: Russian unless somebody chose English. Texts are in ru/ and en/, one file for each area.
import i18next from 'i18next';
import { initReactI18next, useTranslation } from 'react-i18next';
import { askIn } from '../api/ask';
import { ru } from './ru';

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'translation';
    resources: { translation: typeof ru };
  }
}

export type Language = 'ru' | 'en';

const storageKey = 'crm.language';

async function load(language: Language): Promise<void> {
  if (language === 'en' && !i18next.hasResourceBundle('en', 'translation')) {
    const { en } = await import('./en');
    i18next.addResourceBundle('en', 'translation', en);
  }
}

function show(language: Language): void {
  document.documentElement.lang = language;
  askIn(language);
}

export async function startLanguage(): Promise<void> {
  const language: Language = localStorage.getItem(storageKey) === 'en' ? 'en' : 'ru';
  await i18next.use(initReactI18next).init({
    lng: 'ru',
    fallbackLng: 'ru',
    resources: { ru: { translation: ru } },
    interpolation: { escapeValue: false }, // React shows texts as text.
    returnEmptyString: true,
    showSupportNotice: false,
  });
  if (language === 'en') await chooseLanguage('en');
  else show('ru');
}

export async function chooseLanguage(language: Language): Promise<void> {
  await load(language);
  localStorage.setItem(storageKey, language);
  show(language);
  await i18next.changeLanguage(language);
}

export function useLanguage(): Language {
  return useTranslation().i18n.language === 'en' ? 'en' : 'ru';
}
