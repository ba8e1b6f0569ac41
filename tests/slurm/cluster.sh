#!/usr/bin/env bash
# A real Slurm of one node with one fake GPU, from Debian's packages, on loopback alone, without systemd, cgroups or
# a database. Needs root and apt-get.
#
#   cluster.sh start FOLDER   install what is missing, start, wait until the node is idle; state and logs in FOLDER
#   cluster.sh stop FOLDER    stop all of it, and leave no process and no configuration behind
set -euo pipefail

readonly CONFIGURATION=/etc/slurm # the executor's job steps do not see SLURM_CONF, so it must be the default place
readonly MARK="# one-node test cluster"

fail() {
    echo "cluster.sh: $*" >&2
    exit 1
}

install_packages() {
    command -v slurmctld slurmd sbatch munged >/dev/null && return
    export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 # level 1: packages start no service of their own
    apt-get update -qq
    apt-get install -y -qq --no-install-recommends slurmctld slurmd slurm-client munge >"$1/apt.log" 2>&1 ||
        fail "apt-get failed, see $1/apt.log"
}

refuse_another_cluster() {
    [[ ! -e $CONFIGURATION/slurm.conf ]] || grep -q "^$MARK" $CONFIGURATION/slurm.conf ||
        fail "$CONFIGURATION/slurm.conf belongs to another cluster"
    ! pgrep -x slurmctld >/dev/null || fail "a Slurm is running on this machine already"
}

write_configuration() {
    local folder=$1 host node
    host=$(hostname -s)
    node=$(slurmd -C | head -n 1 | grep -o -E '(CPUs|RealMemory)=[0-9]+' | tr '\n' ' ')
    mkdir -p $CONFIGURATION "$folder"/{state,spool}
    cat >$CONFIGURATION/slurm.conf <<END
$MARK
ClusterName=test
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=26817
SlurmdPort=26818
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd.pid
SlurmctldLogFile=$folder/slurmctld.log
SlurmdLogFile=$folder/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
SwitchType=switch/none
ReturnToService=2
KillWait=5
MinJobAge=3600
MaxArraySize=1001
SchedulerParameters=batch_sched_delay=0,sched_interval=5,bf_interval=5
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=task=1
JobAcctGatherParams=OverMemoryKill
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/filetxt
JobCompLoc=$folder/jobs.txt
GresTypes=gpu
NodeName=$host NodeAddr=127.0.0.1 ${node}Gres=gpu:1
PartitionName=main Nodes=$host Default=YES State=UP MaxTime=INFINITE DefaultTime=10 DefMemPerCPU=500
END
    # A file, not a count: with a bare count the node drains itself.
    echo "Name=gpu File=/dev/null" >$CONFIGURATION/gres.conf
}

start_munge() {
    munge --no-input 2>/dev/null | unmunge >/dev/null 2>&1 && return
    [[ -s /etc/munge/munge.key ]] || mungekey
    install -d -o munge -g munge -m 0755 /run/munge
    setpriv --reuid=munge --regid=munge --clear-groups munged
    touch "$1/munge-is-ours"
}

wait_until_idle() {
    local deadline=$((SECONDS + 30))
    while ((SECONDS < deadline)); do
        [[ $(timeout 2 sinfo -h -o %T 2>/dev/null) == idle ]] && return
        sleep 0.5
    done
    stop "$1"
    fail "the node is not idle after 30 s, see $1/slurmctld.log and $1/slurmd.log"
}

start() {
    [[ $(id -u) == 0 ]] || fail "must be root"
    command -v apt-get >/dev/null || fail "no apt-get here"
    mkdir -p "$1"
    refuse_another_cluster
    install_packages "$1"
    write_configuration "$1"
    start_munge "$1"
    slurmctld -c
    slurmd -c
    wait_until_idle "$1"
}

stop_process() {
    local pid
    pid=$(cat "$1" 2>/dev/null) || return 0
    kill "$pid" 2>/dev/null || return 0
    for _ in {1..40}; do
        kill -0 "$pid" 2>/dev/null || return 0
        sleep 0.5
    done
    kill -9 "$pid"
}

stop() {
    # Jobs first: a node that stops leaves those that run to themselves.
    timeout 5 scancel --user=root 2>/dev/null || true
    for _ in {1..40}; do
        [[ -n $(timeout 2 squeue -h 2>/dev/null) ]] || break
        sleep 0.5
    done
    stop_process "$1/slurmd.pid"
    stop_process "$1/slurmctld.pid"
    [[ ! -e $1/munge-is-ours ]] || stop_process /run/munge/munged.pid
    rm -f "$1/munge-is-ours" $CONFIGURATION/{slurm,gres}.conf
}

case ${1-}:${2-} in
start:?*) start "$(realpath -m "$2")" ;;
stop:?*) stop "$(realpath -m "$2")" ;;
*) fail "say start FOLDER or stop FOLDER" ;;
esac
