import * as v from 'valibot'

/*
 * What a probe's answers look like, once for the log of a pod and for a recording of it. The two differ in how long a
 * text may be, so that each hands in its own.
 */

type Text = v.GenericSchema<string>

const number = v.number()

export const answerShape = v.picklist([
  'ok',
  'nodata',
  'nxdomain',
  'servfail',
  'refused',
  'truncated',
  'timeout',
  'unreachable',
  'not-asked',
])

/** `model/lookups.ts` DnsServer. */
export function serverShape(text: Text) {
  return v.object({
    role: v.picklist(['service', 'endpoint', 'node-cache', 'upstream']),
    ip: text,
    pod: v.nullable(text),
  })
}

/** The fields of `model/contacts.ts` HttpEnd. */
export function httpEndFields(text: Text) {
  return {
    status: v.nullable(number),
    error: v.nullable(text),
    ms: number,
    location: v.exactOptional(text),
    redirects: v.exactOptional(v.array(v.object({ status: number, location: text }))),
    scheme: v.exactOptional(v.picklist(['http', 'https'])),
    certificate: v.exactOptional(
      v.object({
        names: v.array(text),
        subject: text,
        issuer: text,
        covers: v.boolean(),
        validity: v.picklist(['now', 'expired', 'not-yet']),
        validTo: text,
        trust: v.picklist(['public', 'unknown-issuer', 'self-signed']),
      }),
    ),
    page: v.exactOptional(v.object({ body: text, head: text })),
  }
}

/** The fields of `model/name-answers.ts` NameAnswer, but for the node, which a pod does not say of itself. */
export function nameAnswerFields(text: Text) {
  const named = v.object({ namespace: text, name: text })
  return {
    server: serverShape(text),
    reason: v.variant('kind', [
      v.object({ kind: v.literal('service'), service: named }),
      v.object({ kind: v.literal('way'), service: named, typed: text, suffix: text }),
      v.object({ kind: v.literal('outside'), typed: text, suffix: v.nullable(text) }),
      v.object({ kind: v.literal('random'), suffix: text }),
    ]),
    name: text,
    type: v.picklist(['A', 'AAAA']),
    answer: answerShape,
    rcode: v.nullable(text),
    addresses: v.array(text),
    aliases: v.array(text),
    ttl: v.nullable(number),
  }
}
