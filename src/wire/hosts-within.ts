/** More than these are named by no object that a person wrote. */
const mostHosts = 50
const mostTexts = 2000
const longestText = 2000
const deepest = 12

/** Two labels or more, the last of letters, so that neither an address nor a version is one; or a wildcard of them. */
const host = /^(?:\*\.)?(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,10}[a-z]{2,63}$/
const between = /[^A-Za-z0-9.*-]+/

/** Names of hosts in the texts of a value of any shape. Linear in what is looked at, which is bounded. */
export function hostsWithin(value: unknown): readonly string[] {
  const found = new Set<string>()
  let texts = 0
  const next: { readonly value: unknown; readonly depth: number }[] = [{ value, depth: 0 }]
  for (let at = next.pop(); at !== undefined && texts < mostTexts; at = next.pop()) {
    if (typeof at.value === 'string') {
      texts += 1
      for (const word of at.value.slice(0, longestText).split(between)) {
        const plain = word.toLowerCase().replace(/\.$/, '')
        if (plain.length < 254 && host.test(plain) && found.size < mostHosts) found.add(plain)
      }
    } else if (typeof at.value === 'object' && at.value !== null && at.depth < deepest) {
      const depth = at.depth + 1
      for (const it of Object.values(at.value).slice(0, mostTexts)) next.push({ value: it, depth })
    }
  }
  return [...found].toSorted()
}
