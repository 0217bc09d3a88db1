/* replica_fork - restores and twins: this device put back or copied, central put back.
 *
 * Inside the replica only; within the caller's transaction.
 *
 * RF1  What follows the common prefix is re-issued once, with its original bytes
 *      and base, in a new epoch that names the prefix.
 * RF2  Adopting a central epoch loses no order: entries keep all they had, until
 *      central tells in its feed which it still knows.
 * RF3  What central is known to hold under an own name stays under it: what has a
 *      receipt, and what the feed has told. It will not be told again.
 */
#ifndef JALKA_STORE_REPLICA_FORK_H
#define JALKA_STORE_REPLICA_FORK_H

#include "store/replica_state.h"

/* Compares what Welcome says central holds of the open epoch with the own chain:
 * goes on, pushes again from where central stands, or opens a new epoch. */
struct fault replica_fork_compare(struct replica *r, const jalka_Welcome *welcome);

/* The same for a push that did not go on from what central holds, of whichever own
 * epoch. FAULT_PEER: it did go on from what central tells here. */
struct fault replica_fork_parted(struct replica *r, const jalka_Chain *chain);

/* This device was put back, and its rescue file has names of the open epoch that the log
 * lacks: what is written from now on stands in a new one, so that no name is given twice. */
struct fault replica_fork_begin_anew(struct replica *r);

/* Central is in another epoch than the cursor: learns the way down to it, maps
 * cursor and places (P9), and arranges that own work above what it inherited is
 * pushed again and foreign work offered. */
struct fault replica_fork_adopt(struct replica *r, const jalka_Welcome *welcome);

/* Central's feed shows other bytes under a name this log has: a twin's work, or an
 * author's who went on after central was put back. Central's word wins: the name
 * is made free for it. Own work that stood there is issued again in a new epoch;
 * what a lost central told under it stands aside, to be offered. */
struct fault replica_fork_yield(struct replica *r, const struct author *author, uint64_t seq);

/* A name that is nobody's any more goes, with what stood under it. */
struct fault replica_fork_drop(struct replica *r, const struct author *author, uint64_t seq);

/* Central's feed shows the open epoch further on than this copy has it: another
 * copy went on in it. This one begins a new epoch after what central is known to hold. */
struct fault replica_fork_outrun(struct replica *r, const struct author *author, uint64_t seq);

/* Gives an entry exactly these orders, newest first. A restored central that got it
 * again without proof has lost an order it had: for all to fold alike it is lost
 * here too. */
struct fault replica_fork_reorder(struct replica *r, const struct author *author, uint64_t seq,
				  const struct order *orders, size_t count);

/* Collects what is to be offered into r->offers, once a session and after a fork that
 * leaves something adrift. */
struct fault replica_fork_collect_offers(struct replica *r);

#endif
