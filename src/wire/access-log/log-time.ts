const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

let lastText = ''
let lastTime: number | null = null

/**
 * `28/Nov/2026:10:56:37 +0000`, the same with milliseconds and without a zone (HAProxy: the container's own, nearly
 * always UTC), ISO 8601, or seconds since 1970 with a fraction (nginx `$msec`); null for anything else. A busy
 * controller writes a thousand lines of one second: the last one is remembered.
 */
export function logTime(text: string): number | null {
  if (text === lastText) return lastTime
  if (text.length > 40) return null
  lastTime = read(text)
  lastText = text
  return lastTime
}

function read(text: string): number | null {
  const clf = /^(\d{1,2})\/([A-Z][a-z]{2})\/(\d{4}):(\d\d):(\d\d):(\d\d)(?:\.(\d{3}))?(?: ([+-])(\d\d)(\d\d))?$/.exec(
    text,
  )
  if (clf !== null) {
    const month = months.indexOf(clf[2] ?? '')
    if (month === -1) return null
    const [day, year, hour, minute, second, ms] = [clf[1], clf[3], clf[4], clf[5], clf[6], clf[7] ?? '0'].map(Number)
    const offset = (Number(clf[9] ?? 0) * 60 + Number(clf[10] ?? 0)) * (clf[8] === '-' ? -1 : 1)
    return Date.UTC(year ?? 0, month, day, hour, minute, second, ms) - offset * 60_000
  }
  if (/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:?\d\d)$/.test(text)) {
    const at = Date.parse(text)
    return Number.isNaN(at) ? null : at
  }
  return /^\d{9,11}(?:\.\d{1,6})?$/.test(text) ? Math.round(Number(text) * 1000) : null
}
