import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/** What of a request says who asks. */
export interface Asked {
  readonly method: string
  readonly path: string
  readonly token: string | null
  readonly host: string | undefined
  readonly origin: string | undefined
  /** Sec-Fetch-Site: where the browser says that the request comes from. */
  readonly site: string | undefined
  readonly cookie: string | undefined
}

export type Entry =
  | { readonly kind: 'in' }
  /** The token was good; it is used up, and this cookie stands for it. */
  | { readonly kind: 'welcome'; readonly cookie: string }
  /** Somebody who is in already came by the link again. */
  | { readonly kind: 'known' }
  | { readonly kind: 'out'; readonly why: string }

export interface Door {
  /** For the link: good once. */
  readonly token: string
  readonly enter: (asked: Asked) => Entry
}

/** 128 bits: nobody guesses it. */
const secret = (): string => randomBytes(16).toString('base64url')

/**
 * Who may come in: whoever has the link first. Any page of the web can send a browser to this port, so a request must
 * be addressed to loopback by name (a domain that was pointed here is not), come from this very page or from nobody,
 * and bear the cookie. Cookies know no port, so its name has one.
 */
export function door(port: number): Door {
  const [token, session] = [secret(), secret()]
  const name = `hopscope-${port}`
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`]
  let isUsed = false

  const isForeign = ({ method, host = '', origin, site }: Asked): string | null => {
    if (!hosts.includes(host)) return 'this is asked for by another name than 127.0.0.1'
    if (method === 'POST' ? origin !== `http://${host}` : origin !== undefined && origin !== `http://${host}`)
      return 'this comes from a page of somebody else'
    // The link itself may have been clicked anywhere.
    return site === undefined || site === 'same-origin' || site === 'none' ? null : 'this comes from another page'
  }

  return {
    token,
    enter(asked) {
      const isIn = cookieOf(asked.cookie, name).some((it) => isSame(it, session))
      const isLink = asked.method === 'GET' && asked.token !== null
      const foreign = isForeign(isLink ? { ...asked, site: undefined } : asked)
      if (foreign !== null) return { kind: 'out', why: foreign }
      if (!isLink) return isIn ? { kind: 'in' } : { kind: 'out', why: 'the link opens this once, in one browser' }
      if (isIn) return { kind: 'known' }
      if (isUsed || !isSame(asked.token ?? '', token))
        return { kind: 'out', why: isUsed ? 'the link was used already: it is good once' : 'this is not the link' }
      isUsed = true
      return { kind: 'welcome', cookie: `${name}=${session}; HttpOnly; SameSite=Strict; Path=/` }
    },
  }
}

function cookieOf(header: string | undefined, name: string): readonly string[] {
  return (header ?? '').split(/; ?/).flatMap((it) => (it.startsWith(`${name}=`) ? [it.slice(name.length + 1)] : []))
}

/** In a time that does not tell how much of it was right. */
function isSame(one: string, other: string): boolean {
  const hash = (it: string): Buffer => createHash('sha256').update(it).digest()
  return timingSafeEqual(hash(one), hash(other))
}
