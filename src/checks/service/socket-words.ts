/** Of what SVC254, SVC255 and SVC256 read alike. */
export const noSockets = 'the TCP sockets of no pod here were read'

export const socketsUncounted = 'more TCP sockets there than are looked through'
