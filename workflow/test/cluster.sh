# Two SLURM nodes on loopback, for trying: source this as root inside `unshare --mount --pid --fork --mount-proc --kill-child`,
# after which everything is gone. Sets up munge, slurmctld and two slurmd below $DIR; needs Debian's packages slurmctld,
# slurmd, slurm-client and munge. The mount namespace is private, so /etc/slurm of the machine stays as it is.

mkdir -p "$DIR/etc" "$DIR/state" "$DIR/spool-n1" "$DIR/spool-n2"
cat > "$DIR/etc/slurm.conf" <<CONF
ClusterName=trial
SlurmctldHost=$(hostname)(127.0.0.1)
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=$DIR/munge.socket
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
SlurmctldPort=16817
StateSaveLocation=$DIR/state
SlurmdSpoolDir=$DIR/spool-%n
SlurmctldPidFile=$DIR/slurmctld.pid
SlurmdPidFile=$DIR/slurmd-%n.pid
SlurmctldLogFile=$DIR/slurmctld.log
SlurmdLogFile=$DIR/slurmd-%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
ReturnToService=2
SlurmdTimeout=20
InactiveLimit=0
KillWait=10
MinJobAge=600
SchedulerParameters=sched_interval=5,bf_interval=5
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
JobCompType=jobcomp/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
NodeName=n1 NodeHostname=$(hostname) NodeAddr=127.0.0.1 Port=16818 CPUs=1 RealMemory=6000 State=UNKNOWN
NodeName=n2 NodeHostname=$(hostname) NodeAddr=127.0.0.1 Port=16819 CPUs=1 RealMemory=6000 State=UNKNOWN
PartitionName=main Nodes=n1,n2 Default=YES MaxTime=INFINITE State=UP
CONF
mkdir -p /etc/slurm
mount --bind "$DIR/etc" /etc/slurm # the plugin's job step drops SLURM_CONF: the file must stand where SLURM looks
dd if=/dev/urandom of="$DIR/munge.key" bs=128 count=1 status=none
chmod 400 "$DIR/munge.key"
munged --force --key-file="$DIR/munge.key" --socket="$DIR/munge.socket" --pid-file="$DIR/munged.pid" \
  --seed-file="$DIR/munged.seed" --log-file="$DIR/munged.log"
slurmctld
slurmd -N n1
slurmd -N n2

idle_nodes() { sinfo --noheader --Node --states=idle --format=%N 2>/dev/null | sort -u | wc -l; }
for _ in $(seq 60); do
  [ "$(idle_nodes)" = 2 ] && break
  sleep 1
done
if [ "$(idle_nodes)" != 2 ]; then
  echo "the two nodes did not come up: $(sinfo 2>&1 | tail -n 2)" >&2
  exit 1
fi
