// Asking the back end: one function for the services' methods, typed by the generated document, and one for its own addresses.
import type { paths } from './schema';
import { serverSays } from '../ui-bits/now';
import { Problem, problemOf } from './problem';

interface JsonPost<Body, Answer> {
  post: {
    requestBody: { content: { 'application/json': Body } };
    responses: { 200: { content: { 'application/json': Answer } } };
  };
}

type MethodPath = {
  [P in keyof paths]: P extends `/api/callcenter.${string}` ? P : never;
}[keyof paths];

/** A method of a service, as `callcenter.calls.v1.Calls/ListCalls`. */
export type Method = MethodPath extends `/api/${infer M}` ? M : never;

export type RequestOf<M extends Method> = paths[`/api/${M}`] extends JsonPost<infer Body, unknown> ? Body : never;
export type AnswerOf<M extends Method> =
  paths[`/api/${M}`] extends { post: { responses: { 200: { content: { 'application/json': infer Answer } } } } } ? Answer : never;

let language = 'ru';
let onSignedOut: () => void = () => undefined;

/** In which language the services shall answer. */
export function askIn(newLanguage: string): void {
  language = newLanguage;
}

/** What to do when the back end no longer knows who asks. */
export function whenSignedOut(then: () => void): void {
  onSignedOut = then;
}

interface AskOptions {
  signal?: AbortSignal | undefined;
  /** The answer 401 is expected here and means nothing more than itself. */
  signedOutIsFine?: boolean;
}

/** Asks an address of the back end. Throws a Problem. */
export async function askAddress<Answer>(
  method: 'GET' | 'POST' | 'DELETE',
  address: string,
  body?: unknown,
  options: AskOptions = {},
): Promise<Answer> {
  let response: Response;
  try {
    response = await fetch(address, {
      method,
      headers: {
        'x-crm': '1',
        'accept-language': language,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(options.signal ? { signal: options.signal } : {}),
      credentials: 'same-origin',
    });
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw new Problem(0, {});
  }

  serverSays(response.headers.get('date'));
  if (!response.ok) {
    if (response.status === 401 && !options.signedOutIsFine) onSignedOut();
    throw await problemOf(response);
  }

  const text = await response.text();
  return (text === '' ? undefined : JSON.parse(text)) as Answer;
}

/** Asks a method of a service; what is left out of the request is empty, as everywhere in proto3. Throws a Problem. */
export function ask<M extends Method>(method: M, request: Partial<RequestOf<M>>, signal?: AbortSignal): Promise<AnswerOf<M>> {
  return askAddress<AnswerOf<M>>('POST', `/api/${method}`, request, { signal });
}
