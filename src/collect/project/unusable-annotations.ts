import type { Ingress } from '../../model/ingress.ts'

const nginx = 'nginx.ingress.kubernetes.io/'

/** Read by strconv.Atoi (ingress-nginx, internal/ingress/annotations: parser.GetIntAnnotation). */
const numbers = [
  'auth-tls-verify-depth',
  'canary-weight',
  'canary-weight-total',
  'cors-max-age',
  'limit-burst-multiplier',
  'limit-connections',
  'limit-rate',
  'limit-rate-after',
  'limit-rpm',
  'limit-rps',
  'permanent-redirect-code',
  'proxy-buffers-number',
  'proxy-connect-timeout',
  'proxy-next-upstream-timeout',
  'proxy-next-upstream-tries',
  'proxy-read-timeout',
  'proxy-send-timeout',
]

/** Read by strconv.ParseBool (GetBoolAnnotation), with what holds where it can't be read. */
const flags: Readonly<Record<string, boolean>> = {
  canary: false,
  'cors-allow-credentials': true,
  'enable-access-log': true,
  'enable-cors': false,
  'force-ssl-redirect': false,
  'from-to-www-redirect': false,
  'preserve-trailing-slash': false,
  'service-upstream': false,
  'ssl-passthrough': false,
  'ssl-redirect': true,
  'use-regex': false,
}

/** Annotations for ingress-nginx whose value it can't read, so that it goes on as without them; no value is kept. */
export function unusableOf(annotations: Readonly<Record<string, string>>): Pick<Ingress, 'unusable'> {
  const found = [
    ...numbers.flatMap((key) =>
      isNumber(annotations[nginx + key]) ? [] : [{ annotation: key, wants: 'number' as const }],
    ),
    ...Object.entries(flags).flatMap(([key, usual]) =>
      isFlag(annotations[nginx + key], usual) ? [] : [{ annotation: key, wants: 'true or false' as const }],
    ),
  ]
  return found.length === 0 ? {} : { unusable: found }
}

/** An empty one counts as none. */
function isNumber(value: string | undefined): boolean {
  return value === undefined || value.trim() === '' || /^[+-]?\d{1,18}$/.test(value)
}

/** `off` where `false` is meant, and holds anyhow, does no harm. */
function isFlag(value: string | undefined, usual: boolean): boolean {
  if (value === undefined || value.trim() === '' || /^(?:[01tTfF]|true|TRUE|True|false|FALSE|False)$/.test(value))
    return true
  return usual ? /^\s*(?:y|yes|on|enabled?|true)\s*$/i.test(value) : /^\s*(?:n|no|off|disabled?|false)\s*$/i.test(value)
}
