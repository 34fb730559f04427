/**
 * The subscription app of the simulated shop: it speaks the Recharge API in the versions 2021-11 and 2021-01 under {@code
 * /recharge}, and keeps the truth about its records. Its charges and orders name orders of the shop.
 */
package dev.tidemark.simulator.recharge;
