/**
 * Whether a CNI plugin says that it has no address left to give, in the words of host-local (containernetworking,
 * plugins/ipam/host-local), the plugin of AWS, Calico's and Cilium's IPAM, and Azure's. Linear.
 */
const out = new RegExp(
  'failed to assign an IP address|no (?:IP )?addresses available|no (?:more )?IPs (?:are )?available|range is full|' +
    'no (?:available|more) addresses|address(?:es| space) (?:is |are )?exhausted',
  'i',
)

export function saysAddressesOut(said: string): boolean {
  return out.test(said.slice(0, 4000))
}
