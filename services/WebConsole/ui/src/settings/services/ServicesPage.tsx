import { Skeleton } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useServices, type ServiceName } from '../../api/health';
import { line } from '../../live/connection';
import { Mark } from '../../ui-bits/Mark';
import { useStore } from '../../ui-bits/store';
import { Trouble } from '../../ui-bits/Trouble';
import css from './Services.module.css';

const order: readonly ServiceName[] = ['telephony', 'leads', 'staff'];

/** Which parts of the product answer now, and what is missing while one does not. */
export function ServicesPage() {
  const { t } = useTranslation();
  const services = useServices();
  const { page, telephony } = useStore(line);
  const live = page === 'live' && telephony;
  return (
    <>
      <h2 className={css.title}>{t('settings.section.services')}</h2>
      <p className="dim sm">{t('settings.services.lead')}</p>
      {services.isPending && <Skeleton height={200} radius="md" aria-label={t('shell.loading')} />}
      <Trouble error={services.error} retry={() => void services.refetch()} />
      <ul className={css.services}>
        <li className={`panel ${css.service ?? ''}`} data-mood={live ? 'talking' : 'missed'} data-service="console">
          <p className="row wraps"><span className="strong">{t('settings.services.name.console')}</span><span className="grow" /><Mark mood={live ? 'talking' : 'missed'}>{t(live ? 'settings.services.up' : 'settings.services.down')}</Mark></p>
          <p className="sm dim">{live ? t('settings.services.does.console') : t(page === 'live' ? 'shell.line.telephony' : page === 'lost' ? 'shell.line.lost' : 'shell.line.connecting')}</p>
        </li>
        {services.data?.toSorted((a, b) => order.indexOf(a.service) - order.indexOf(b.service)).map(({ service, healthy }) => (
          <li key={service} className={`panel ${css.service ?? ''}`} data-mood={healthy ? 'talking' : 'missed'} data-service={service}>
            <p className="row wraps"><span className="strong">{t(`settings.services.name.${service}`)}</span><span className="grow" /><Mark mood={healthy ? 'talking' : 'missed'}>{t(healthy ? 'settings.services.up' : 'settings.services.down')}</Mark></p>
            <p className="sm dim">{healthy ? t(`settings.services.does.${service}`) : t(`shell.health.${service}`)}</p>
          </li>
        ))}
      </ul>
    </>
  );
}
