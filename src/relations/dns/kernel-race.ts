/**
 * Which of the conntrack insertion races a kernel still loses, by its version. A prior, not a proof: distributions
 * backport (RHEL 8's 4.18 carries much newer netfilter code), so a counter always outweighs this table.
 *
 * R1, both packets to one endpoint: ed07d9a021df, in 4.19. R2, port reallocation: 4e35c1cb9460, in 5.0.
 * R3, two endpoints: 6a757c07e51f, in 5.6. Since bc92470413f3 (5.10) `insert_failed` counts only lost packets and
 * `clash_resolve` the saved ones; from 4.7 to 5.9 `insert_failed` counted both.
 */
export type RaceState = 'open' | 'third-race-open' | 'healed' | 'unknown'

/**
 * Builds that carry newer netfilter code under an old number, so that the number says nothing. Amazon Linux has the
 * fixes in its 4.14 and 5.4 (aws/amazon-vpc-cni-k8s#595, awslabs/amazon-eks-ami#357); Red Hat backports broadly;
 * Ubuntu's kernels for clouds have patches that the generic ones lack (Azure's 4.15.0-1030 is reported patched). SUSE,
 * Oracle's UEK, Photon, Azure Linux and Container-Optimized OS (`5.4.170+`) keep series of their own: doubted, not
 * verified.
 */
const backports =
  /\.(?:el\d+|amzn\d+|ph\d+|cm\d+)(?:[._]|uek|$)|uek|-(?:aws|azure|gcp|gke|gkeop|oracle|ibm|default|cos)(?:$|[-.])|\+$/

export function raceState(kernel: string): RaceState {
  const version = /^(\d+)\.(\d+)/.exec(kernel)
  if (version === null) return 'unknown'
  const number = Number(version[1]) * 1000 + Number(version[2])
  if (number < 5006 && backports.test(kernel)) return 'unknown'
  if (number < 5000) return 'open'
  return number < 5006 ? 'third-race-open' : 'healed'
}

/** Whether `insert_failed` counts lost packets only. */
export function countsOnlyLosses(kernel: string): boolean {
  const version = /^(\d+)\.(\d+)/.exec(kernel)
  return version !== null && Number(version[1]) * 1000 + Number(version[2]) >= 5010
}
