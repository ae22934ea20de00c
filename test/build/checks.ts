import type { AnyCheck, CheckMeta } from '../../src/findings/check.ts'
import { finding, type Found, type Verdict } from '../../src/findings/verdict.ts'
import type { SourceName } from '../../src/model/sources.ts'
import { subject } from '../../src/model/subject.ts'

/** A check of no family that says `told`, whatever the model. */
export function stub(
  code: string,
  told: Verdict | readonly Verdict[] | (() => never),
  about: Partial<CheckMeta> & { readonly needs?: readonly SourceName[] } = {},
): AnyCheck {
  return {
    code,
    slug: `stub/${code.toLowerCase()}`,
    title: `trouble ${code}`,
    fine: `no trouble ${code}`,
    severity: 'error',
    needs: [],
    wants: [],
    remedies: [],
    decides: [],
    words: {
      headline: ({ subject: on }) => `${on.name} is in trouble ${code}.`,
      detail: ({ args }) => `${args.bad ?? 1} of ${args.of ?? 3} bad`,
      note: () => null,
      help: () => ['look at it', `kubectl describe ${code}`],
    },
    run: () => (typeof told === 'function' ? told() : told),
    ...about,
  }
}

/** Service `shop/<name>` in trouble. */
export function trouble(name: string, about: Partial<Found> = {}): Verdict {
  return finding({
    subject: subject('Service', 'shop', name),
    confidence: 'observed',
    args: {},
    evidence: [],
    ...about,
  })
}
