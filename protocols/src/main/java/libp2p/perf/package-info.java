/** Perf: how fast bytes go up and down (specs/perf/perf.md). */
package libp2p.perf;
