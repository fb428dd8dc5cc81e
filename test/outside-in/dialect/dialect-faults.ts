import {
  type RequestFault,
  RequestFaults,
  type RequestRecord,
} from '../../../src/testing/exchange-server/request-faults.js';
import type { SeededRandom } from '../../support/seeded-random.js';

const WRITES = ['order', 'algoOrder', 'batchOrders'];
/** Longest way of a late request, ms: shorter than the start of a process, or a dead one's orders would come after it. */
const LATE_MS_MAX = 40;
const LATE_ANSWER_MS_MAX = 1_500;

/** Whether a request places or cancels. */
export function isWrite({ method, name }: Readonly<RequestRecord>): boolean {
  return method !== 'GET' && WRITES.includes(name);
}

/** Goes wrong at random. Each kind is rare, so that most lives see one or none. */
export class DialectFaults extends RequestFaults {
  requests = 0;
  readonly #random: SeededRandom;
  readonly #arrives: (request: Readonly<RequestRecord>) => RequestFault | null;
  readonly #note: (what: string) => void;
  #isCalm = false;

  /** @param arrives sees every request before anything is carried out; may say what becomes of it */
  constructor(
    random: SeededRandom,
    arrives: (request: Readonly<RequestRecord>) => RequestFault | null,
    note: (what: string) => void,
  ) {
    super();
    this.#random = random;
    this.#arrives = arrives;
    this.#note = note;
  }

  /** Everything goes well from now on. */
  calm(): void {
    this.#isCalm = true;
    this.clear();
  }

  override take(request: Readonly<RequestRecord>): RequestFault | null {
    this.requests += 1;
    const decided = this.#arrives(request) ?? super.take(request);
    if (decided !== null || this.#isCalm) return decided;
    const fault = isWrite(request) ? this.#ofWrite() : this.#ofRead();
    if (fault !== null) this.#note(`fault: ${fault.do}`);
    return fault;
  }

  #ofWrite(): RequestFault | null {
    const random = this.#random;
    const executed = random.chance(0.5);
    const dice = random.next();
    if (dice < 0.015) return { do: 'lose-reply' };
    if (dice < 0.025) return { do: 'reset' };
    if (dice < 0.04) return { do: 'unknown', executed };
    if (dice < 0.045) return { do: 'unavailable' };
    if (dice < 0.05) return { do: 'overloaded' };
    if (dice < 0.06) return { do: 'throttle', retryAfterSeconds: 1 };
    if (dice < 0.065) return { do: 'garble' };
    if (dice < 0.068) return { do: 'hang', executed };
    if (dice < 0.1) {
      return executed
        ? { do: 'delay', beforeMs: random.int(1, LATE_MS_MAX) }
        : { do: 'delay', afterMs: random.int(1, LATE_ANSWER_MS_MAX) };
    }
    return null;
  }

  #ofRead(): RequestFault | null {
    const random = this.#random;
    const dice = random.next();
    if (dice < 0.008) return { do: 'lose-reply' };
    if (dice < 0.016) return { do: 'unavailable' };
    if (dice < 0.02) return { do: 'garble' };
    if (dice < 0.024) return { do: 'throttle', retryAfterSeconds: 1 };
    if (dice < 0.026) return { do: 'hang', executed: false };
    if (dice < 0.04) return { do: 'delay', afterMs: random.int(1, LATE_ANSWER_MS_MAX) };
    return null;
  }
}
