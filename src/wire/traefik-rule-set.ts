/*
 * Whether a rule of Traefik takes just the requests of one of its hosts with one of its paths, so that two rules can
 * be set against each other. `Host(`a`) && PathPrefix(`/x`) || Host(`b`)` does not.
 */

/** What a part of a rule asks for; null of either = anything. */
interface Asked {
  readonly hosts: ReadonlySet<string> | null
  readonly paths: ReadonlySet<string> | null
}

const longestRule = 8 * 1024
/** Deeper than anybody nests. */
const deepest = 40
const token = /\s*(?:(&&|\|\||!|[()])|([A-Za-z]{1,32})\s*\(((?:`[^`]*`|"[^"]*"|[^()`"]){0,200})\))/y
const argument = /`([^`]*)`|"([^"]*)"/g

/**
 * `product`: one of the hosts (where there are any) and one of the paths (where there are any), and whatever else it
 * asks for in every case. `mixed`: anything else, or a rule that is not read. Linear in the rule; never throws.
 */
export function ruleForm(rule: string): 'product' | 'mixed' {
  if (rule.length > longestRule) return 'mixed'
  const its = tokensOf(rule)
  if (its === null) return 'mixed'
  let at = 0
  let depth = 0

  const any = (): Asked | null => {
    let all = every()
    while (its[at] === '||') {
      at++
      all = either(all, every())
    }
    return all
  }
  const every = (): Asked | null => {
    let all = one()
    while (its[at] === '&&') {
      at++
      all = both(all, one())
    }
    return all
  }
  const one = (): Asked | null => {
    const it = its[at++]
    if (it === undefined || depth > deepest) return null
    if (typeof it !== 'string') return it
    if (it === '!') {
      depth++
      const inner = one()
      depth--
      return inner === null ? null : { hosts: null, paths: null }
    }
    if (it !== '(') return null
    depth++
    const inner = any()
    depth--
    return its[at++] === ')' ? inner : null
  }
  return any() !== null && at === its.length ? 'product' : 'mixed'
}

type Token = '&&' | '||' | '!' | '(' | ')' | Asked

function tokensOf(rule: string): readonly Token[] | null {
  const found: Token[] = []
  const text = rule.trim()
  token.lastIndex = 0
  while (token.lastIndex < text.length) {
    const match = token.exec(text)
    if (match === null) return null
    const [, sign, name, inside = ''] = match
    found.push(name === undefined ? (sign as Exclude<Token, Asked>) : asked(name.toLowerCase(), inside))
  }
  return found
}

function asked(name: string, inside: string): Asked {
  const words = new Set([...inside.matchAll(argument)].map(([, a, b]) => a ?? b ?? ''))
  if (name === 'host') return { hosts: words, paths: null }
  // Of one kind: a prefix and a path of the same words are two.
  if (name === 'path' || name === 'pathprefix')
    return { hosts: null, paths: new Set([...words].map((it) => `${name} ${it}`)) }
  // Neither about hosts nor about paths: it only narrows.
  return { hosts: null, paths: null }
}

function both(a: Asked | null, b: Asked | null): Asked | null {
  if (a === null || b === null) return null
  if ((a.hosts !== null && b.hosts !== null) || (a.paths !== null && b.paths !== null)) return null
  return { hosts: a.hosts ?? b.hosts, paths: a.paths ?? b.paths }
}

/** Two hosts, or two paths of the same hosts; what asks for something else as well is not the same in each case. */
function either(a: Asked | null, b: Asked | null): Asked | null {
  if (a === null || b === null) return null
  const isOfHosts = a.hosts !== null && b.hosts !== null && a.paths === null && b.paths === null
  if (isOfHosts) return { hosts: a.hosts.union(b.hosts), paths: null }
  const isOfPaths = a.paths !== null && b.paths !== null && a.hosts === null && b.hosts === null
  return isOfPaths ? { hosts: null, paths: a.paths.union(b.paths) } : null
}
