/**
 * How the simulated vendors deliver webhooks: who is subscribed, how a delivery is signed, what becomes of one that nobody
 * takes, and the truth about each.
 */
package dev.tidemark.simulator.webhook;
