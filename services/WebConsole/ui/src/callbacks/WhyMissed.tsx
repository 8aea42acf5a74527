import { Loader, Modal } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { ask } from '../api/ask';
import { CallCourse } from '../card/CallCourse';
import { useLanguage } from '../i18n/language';
import { Mark } from '../ui-bits/Mark';
import { formatNumber } from '../ui-bits/phoneNumber';
import { clock, durationMs } from '../ui-bits/times';
import { Trouble } from '../ui-bits/Trouble';
import css from './Callbacks.module.css';

/** Why a call was missed: one sentence, the phones on a time line, and every phone in words. */
export function WhyMissed({ callId, close }: { callId: string; close: () => void }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const why = useQuery({
    queryKey: ['why-missed', callId, language],
    queryFn: ({ signal }) => ask('callcenter.calls.v1.Calls/ExplainMiss', { id: callId }, signal),
    staleTime: Infinity,
  });
  const waited = durationMs(why.data?.waited);

  return (
    <Modal opened onClose={close} title={<span className="strong">{t('whyMissed.title')}</span>} size="lg" closeButtonProps={{ 'aria-label': t('shell.close') }}>
      {why.isPending && <Loader aria-label={t('shell.loading')} />}
      <Trouble error={why.error} retry={() => void why.refetch()} />
      {why.data && (
        <div className="column" style={{ gap: 14 }}>
          <p className={css.verdict} data-mood="missed">{why.data.verdict}</p>
          <p className="row wraps sm">
            {waited !== undefined && <span className="strong num">{t('whyMissed.waited', { time: clock(waited) })}</span>}
            {why.data.rule !== '' && <span>{t('whyMissed.rule', { name: why.data.rule })}</span>}
            {why.data.fallback && <Mark mood="ringing">{t('whyMissed.fallback')}</Mark>}
          </p>
          {why.data.call && why.data.call.legs.length > 0 && <CallCourse call={why.data.call} />}
          {why.data.phones.length > 0 && (
            <section className="column tight" aria-label={t('whyMissed.phones')}>
              <h3 className="section-title">{t('whyMissed.phones')}</h3>
              <ul>
                {why.data.phones.map((phone, i) => (
                  <li key={i} className={css.phone}>
                    <span className="strong cut">{phone.employeeName || t('whyMissed.nobody')}</span>
                    <span className="dim num">{formatNumber(phone.phone)}</span>
                    <span>{t(`whyMissed.verdict.${phone.verdict}`)}</span>
                    <span className="dim num">
                      {[phone.step > 0 && t('call.step', { step: String(phone.step) }),
                        phone.rings !== undefined && phone.rings > 0 && t('call.rings', { count: phone.rings })].filter(Boolean).join(' · ')}
                    </span>
                  </li>
                ))}
              </ul>
            </section>
          )}
        </div>
      )}
    </Modal>
  );
}
