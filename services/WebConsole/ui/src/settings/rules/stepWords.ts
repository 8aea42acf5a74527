// The steps of a rule in words, for its picture.
import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import type { Routing } from '../../api/words';
import { formatNumber } from '../../ui-bits/phoneNumber';
import type { PictureStep } from './RulePicture';
import type { RuleForm, StepForm } from './ruleForm';
import { secondsOf } from './timeLine';

/** Who a step rings, as it stands in the rule. */
function useStepWords(routing: Routing): (step: Pick<StepForm, 'target' | 'employeeId'>, groupId: string) => string {
  const { t } = useTranslation();
  return useCallback(
    (step: Pick<StepForm, 'target' | 'employeeId'>, groupId: string) => {
      const group = routing.groups.find((g) => g.id === groupId)?.name ?? t('settings.rules.noGroup');
      const employee = routing.employees.find((e) => e.id === step.employeeId)?.name ?? t('settings.rules.nobody');
      switch (step.target) {
        case 'TARGET_NEXT':
          return t('settings.rules.who.TARGET_NEXT', { group });
        case 'TARGET_GROUP':
          return t('settings.rules.who.TARGET_GROUP', { group });
        case 'TARGET_EMPLOYEE':
          return employee;
        case 'TARGET_MOBILE':
          return t('settings.rules.who.TARGET_MOBILE', { name: employee });
        default:
          return t(`settings.rules.who.${step.target}`);
      }
    },
    [routing, t],
  );
}

/** The steps of a rule for its picture. */
export function usePictureOf(routing: Routing): (rule: RuleForm) => PictureStep[] {
  const { t } = useTranslation();
  const wordsOf = useStepWords(routing);
  return useCallback(
    (rule: RuleForm) =>
      rule.steps.map((step, i): PictureStep => {
        const employee = routing.employees.find((e) => e.id === step.employeeId);
        const isMessage = step.target === 'TARGET_MESSAGE';
        const phone = step.target === 'TARGET_MOBILE' ? employee?.mobile : step.target === 'TARGET_EMPLOYEE' ? employee?.extension : undefined;
        return {
          key: String(step.key),
          number: i + 1,
          who: wordsOf(step, rule.groupId),
          kind: isMessage ? 'message' : 'rings',
          rings: Math.min(20, Number(step.rings)),
          seconds: isMessage ? 0 : secondsOf(step.rings, rule.ringSeconds),
          notes: [
            isMessage ? t('settings.rules.messageLength')
              : `${t('call.rings', { count: Number(step.rings) })}${phone ? ` · ${formatNumber(phone)}` : ''}`,
            ...(employee?.dismissed ? [t('settings.rules.dismissed')] : []),
          ],
        };
      }),
    [routing, t, wordsOf],
  );
}

/** What becomes of a caller whom nobody of the rule answers. */
export function useEndWords(): (steps: readonly Pick<StepForm, 'target'>[]) => string | undefined {
  const { t } = useTranslation();
  return useCallback((steps: readonly Pick<StepForm, 'target'>[]) => (steps.at(-1)?.target === 'TARGET_MESSAGE' ? undefined : t('settings.rules.endMissed')), [t]);
}
