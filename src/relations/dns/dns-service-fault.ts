/** What is wrong with the DNS Service: the `case` of DNS120, which its remedy goes by. */
export type DnsServiceFault = 'port-missing' | 'nobody-listens' | 'nodes-unserved' | 'clients-pinned'
