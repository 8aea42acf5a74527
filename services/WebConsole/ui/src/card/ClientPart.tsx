import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Call } from '../api/words';
import { useClientOfCall, useClientOfNumber } from '../clients/clientsOf';
import { useMay } from '../session/meContext';
import { CompanyIcon, UserIcon } from '../ui-bits/icons';
import { formatNumber } from '../ui-bits/phoneNumber';
import { UnknownNumber } from './UnknownNumber';

interface ClientPartProps {
  call: Call | undefined;
  number: string;
}

/** Who the client is and who is responsible; a number that is nobody's becomes somebody's here. */
export function ClientPart({ call, number }: ClientPartProps) {
  const { t } = useTranslation();
  const mayRead = useMay('clients.read');
  const mayWrite = useMay('clients.write');
  const ofCall = useClientOfCall(call);
  const ofNumber = useClientOfNumber(number, call === undefined);
  const found = call ? ofCall : ofNumber;
  const client = found.data;

  if (!mayRead || (call && call.party !== 'PARTY_OUTSIDE' && call.clientId === '')) return null;
  if (found.isLoading) return <p className="sm dim">{t('card.loadingClient')}</p>;
  if (!client) return found.isSuccess && mayWrite && number !== '' ? <UnknownNumber number={number} callId={call?.id} /> : null;
  return (
    <section className="row" style={{ alignItems: 'flex-start' }} aria-label={t('client.title')}>
      <span className="dim" style={{ paddingTop: 2 }}>{client.kind === 'KIND_ORGANISATION' ? <CompanyIcon /> : <UserIcon />}</span>
      <div className="column tight grow sm">
        <Link to={`/clients/${client.id}`} className="strong wrap">{client.name}</Link>
        <span>{client.responsibleName ? t('card.responsible', { name: client.responsibleName }) : t('card.nobodyResponsible')}</span>
        {client.numbers.length > 1 && <span className="dim num wrap">{client.numbers.map(formatNumber).join(', ')}</span>}
      </div>
    </section>
  );
}
