/** What is counted of connections and their segments: written with names, so that a count is one addition. */
export function connectionCounts() {
  return {
    segments: 0,
    sightings: 0,
    syns: 0,
    synAcks: 0,
    resetPackets: 0,
    connections: 0,
    joinedLate: 0,
    opened: 0,
    unanswered: 0,
    unfinished: 0,
    refused: 0,
    rejected: 0,
    resets: 0,
    data: 0,
    retransmissions: 0,
    synRetransmissions: 0,
    reordered: 0,
    zeroWindows: 0,
    tlsHellos: 0,
    tlsAlerts: 0,
    httpAnswers: 0,
    wordless: 0,
  }
}

export type ConnectionCounts = ReturnType<typeof connectionCounts>
