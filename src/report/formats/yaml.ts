import { Document, isScalar, visit } from 'yaml'

/** Words that one version of YAML or another reads as something else than a word. */
const ambiguous = /^(?:y|n|yes|no|on|off|true|false|null|nan|inf)$/i

/**
 * The same document as YAML. Every text is quoted: a name such as `no`, `0o7` or `1:30` is a word in YAML 1.2 and a
 * truth, a number or a time in 1.1, which kubectl, Ansible and PyYAML read. Keys are ours, and plain where they can be.
 */
export function yaml(document: unknown): string {
  // What is no number in JSON is null in both.
  const out = new Document(JSON.parse(JSON.stringify(document)) as unknown, { aliasDuplicateObjects: false })
  visit(out, {
    Pair(_, { key }) {
      if (isScalar(key) && typeof key.value === 'string' && !isPlainKey(key.value)) key.type = 'QUOTE_DOUBLE'
    },
    Scalar(at, it) {
      if (at !== 'key' && typeof it.value === 'string') it.type = 'QUOTE_DOUBLE'
    },
  })
  return out.toString({ lineWidth: 0, flowCollectionPadding: false })
}

function isPlainKey(key: string): boolean {
  return /^[a-z][A-Za-z0-9]*$/.test(key) && !ambiguous.test(key)
}
