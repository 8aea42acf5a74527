import { account } from './account';
import { call, dialling, history, live, player } from './calls';
import { callbacks, card, never, whyMissed } from './card';
import { people } from './people';
import { settings } from './settings';
import { client, problem, search, shell, signIn } from './shell';
import { telephone } from './telephone';

export const en = { shell, signIn, search, problem, client, call, live, dialling, history, player, card, callbacks, whyMissed, never, people, account, settings, telephone };
