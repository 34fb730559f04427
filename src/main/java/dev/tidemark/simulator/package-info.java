/**
 * A shop to test against: it speaks the vendor's Admin API over HTTP, keeps the truth about its orders, and misbehaves on
 * request. It imports nothing of the rest of the product, and only the command line imports it, so that what it says about
 * the product is a second opinion.
 */
package dev.tidemark.simulator;
