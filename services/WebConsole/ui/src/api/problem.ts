// What went wrong with a request, in the back end's words.

export interface FieldProblem {
  field: string;
  description: string;
}

interface ProblemBody {
  code?: string;
  message?: string;
  reason?: string;
  details?: Record<string, string>;
  fields?: FieldProblem[];
  retryAfterSeconds?: number;
}

/** A request that was refused, or did not arrive (code NO_CONNECTION, status 0). */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly reason: string;
  readonly details: Record<string, string>;
  readonly fields: FieldProblem[];
  readonly retryAfterSeconds: number | undefined;

  constructor(status: number, body: ProblemBody) {
    super(body.message ?? '');
    this.name = 'Problem';
    this.status = status;
    this.code = body.code ?? (status === 0 ? 'NO_CONNECTION' : `HTTP_${status}`);
    this.reason = body.reason ?? '';
    this.details = body.details ?? {};
    this.fields = body.fields ?? [];
    this.retryAfterSeconds = body.retryAfterSeconds;
  }

  /** Worth trying again with nothing changed: the network or a service is away. */
  get isTransient(): boolean {
    return this.status === 0 || this.status === 502 || this.status === 503 || this.status === 504;
  }
}

export async function problemOf(response: Response): Promise<Problem> {
  const text = await response.text();
  let body: ProblemBody;
  try {
    const parsed: unknown = JSON.parse(text);
    body = typeof parsed === 'object' && parsed !== null ? parsed : {};
  } catch {
    // A proxy in between answers HTML: its text is nothing for people, the status says enough.
    body = {};
  }
  return new Problem(response.status, body);
}
