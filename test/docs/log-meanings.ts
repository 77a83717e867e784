/** What each log message means, and what to do about it: the part of docs/logs.md that the code does not say. */
export const logMeanings: Readonly<Record<string, string>> = {
  'a vRouter does not work':
    'Three looks in a row found it so. Virtual machines of service instances that are on it move to others.',
  'a vRouter works': 'Virtual machines of service instances can be placed on it from now on.',
  'analytics answers again': 'It is known again which vRouters work.',
  'analytics does not answer':
    'No server of `scheduler.analytics_servers` says which vRouters work. All stays where it is. See the error.',
  'the agent of a vRouter does not answer':
    'Its introspect was asked, as analytics knows nothing of it. It counts as a bad look.',
  'HTTP request failed': 'An HTTP endpoint could not make an answer; who asked got 500. A bug if it says so.',
  'Kafka did not confirm, going on with a new producer':
    'What was not confirmed is sent again. Look at Kafka if it repeats.',
  'Kafka refuses a change, which is not carried':
    'One message is lost to those who read the topic, who are told to read everything anew. Mostly it is larger than the topic allows.',
  'VIP port refused: it belongs to no project':
    'A port is named like a VIP port and counts for nothing, as nobody owns it.',
  'a Kafka client could not be disconnected in good order': 'Of no consequence: the broker notices that it is gone.',
  'a change could not be delivered and is dropped': 'A bug. The next full read makes up for it.',
  'a port is deleted without being let go of before':
    'Of the gateway: floating ips on the port are emptied by its delete, and restored by the monitor. See the error.',
  'a message cannot be understood and is not carried': 'The relay leaves a message out that no monitor could use.',
  'a skipped message could not be noted': 'A bug in what notes messages that cannot be understood.',
  'amphora port left behind: its VIP is gone, and something else has the address':
    'Octavia did not delete the port of an amphora. Delete it, or clean up the load balancer.',
  'amphorae in use are of a project that would not be trusted in a shared network':
    'Name the project in the setting for trusted projects before the network is shared; see rules.md.',
  'an entry of a list cannot be understood and is left out':
    'The API server answered a list with an object that has no uuid or no name.',
  'a driver does not say which load balancers it serves':
    'It is asked again after ten seconds. What it serves and nobody wants any more stays until then. See the error.',
  'load balancers of a provider are not served':
    'Its service appliance set is missing, or names a driver that there is none of. Told once; the status shows it as long as it is so.',
  'an object could not be read': 'Not even after several attempts. It is read with the next full read.',
  'background task failed': 'A bug in what asks others than the config API: it does so no more until the next start.',
  'cannot read a changed object, trying again': 'A change was announced, and the API server does not give the object.',
  'change stream cannot be followed':
    'The monitor cannot hear of changes, for a reason that no attempt mends. See the error.',
  'the API server did not say whether a port may be deleted':
    'Of the gateway: the delete is passed on as it is, and floating ips on the port are not let go of before.',
  'the departure of a port could not be ended':
    'Of the gateway: the port was deleted, or its delete refused, and the monitor could not be told. See the error.',
  'changed settings need a restart':
    'After SIGHUP: these keys have other values, which count after the next start only.',
  'changes may have been missed, everything is read anew': 'Usual after a time without the change stream.',
  'changes may have been missed: consumers are told to read everything anew':
    'Of the relay. Usual after a time without RabbitMQ or Kafka.',
  'config API request failed, sending it again':
    'One attempt of a request. The last one that fails is told by whoever asked.',
  'config API server failed, going on with the next': 'Requests go to another server of `config_api.urls`.',
  'configuration not reloaded, it has problems':
    'After SIGHUP: the service goes on with what it had. Each problem names its key.',
  'configuration reloaded': 'After SIGHUP: these keys have other values, which count from now on.',
  'connections cannot be measured': 'A bug in the choice between new and kept connections.',
  'connections could not be measured': 'The server did not answer; it is tried again later.',
  'connections to a config API server measured': 'Whether connections are kept open, and what it was decided by.',
  'deliveries were still under way when the change source stopped': 'Of the source in memory, which is for tests.',
  'did not stop cleanly': 'The service stopped with exit code 1, as something did not end in its time.',
  'floating ip associated': 'A floating ip is served by a load balancer from now on.',
  'floating ip no longer associated': 'By `reason`: somebody took it away, it serves another VIP, or the VIP is gone.',
  'floating ip restored': 'It works again after it had lost its ports.',
  'floating ip stripped by a port delete, restoring it':
    'A port was deleted, and Neutron took the floating ip from all others, too.',
  'floating ip was wired by hand, taken over': 'It had the right ports already, by a workaround or by another tool.',
  'full read failed, trying again':
    'Everything is to be read, and something is refused or does not answer. See the error.',
  'full read finished': 'Everything was read.',
  'introspect port cannot be opened, going on trying':
    'Mostly another program has it, such as the original on the same host: give `introspect.port` another value.',
  'introspect port closed': 'This instance does not act any more, or stops.',
  'introspect port failed': 'A bug. contrail-status shows the service as a standby.',
  'introspect port listens': 'This instance acts; contrail-status is answered.',
  'kafkajs logs': 'What the Kafka client says.',
  'key is at rest again: no longer slowed down': 'The end of the line below.',
  'key is written to again and again, perhaps somebody undoes the writes: slowed down':
    'Somebody else, such as the original or a script, writes the same objects. Find and stop one of the two.',
  'log file cannot be written':
    'Lines go to the standard output only, until it can be. Those that the file lacks are counted.',
  'log file is written again': 'How many lines it lacks.',
  'log lines dropped, they were not taken fast enough':
    'Whoever reads the output was too slow, or did not read at all for a time.',
  'log lines kept back':
    'So many lines of one message were not written in the last minute: repetitions, and more than anybody reads.',
  'logged in at Keystone': 'A token was fetched.',
  'message rejected':
    'A message of the change stream cannot be understood. Nothing follows from it; a full read makes up for it.',
  'monitor did not start, trying again': 'Something that it needs cannot be reached yet. See the error.',
  'monitor did not stop cleanly': 'What was left of an attempt to start. Of no consequence.',
  'monitor failed for good': 'No further attempt can mend it. The service ends with exit code 1.',
  ready: 'Everything was read once, and changes are acted on.',
  'monitor running': 'How many VIPs are looked at first.',
  'more ports carry the VIP than count': 'More amphorae than there can be. The surplus is not served.',
  'more virtual-ips record the floating ip than count': 'The surplus is passed over.',
  'not a member of the group that shares the VIPs, going on trying': 'This instance acts for no VIP; others do.',
  'object is no longer too large': 'The end of the line below.',
  'object is too large: only a part of it counts': 'It has more references or entries than are taken.',
  'object of a CREATE is not whole, reading it': 'The message has only a part of the object.',
  'object rejected':
    'The API server gives an object that does not have the shape of its kind. It counts for nothing until it does.',
  'offsets could not be committed, trying again': 'After a restart some changes are heard again, which does no harm.',
  plan: 'What a reconcile found out.',
  'port refused: it looks like an amphora of the VIP and is not trusted':
    'Somebody may try to get traffic that is not theirs, or a setting is missing: `why` says which.',
  'reconcile does not end although it was called off, its key is taken up again':
    'A bug, or a request that ignores its time.',
  'reconcile failed unexpectedly, tried again later': 'A bug. The line has a stack.',
  'reconcile failed, given up until something changes': 'The API server refuses a write. See the error.',
  'reconcile failed, tried again later': 'A request failed. It is repeated after a while.',
  reconciled: 'A VIP was looked at; with `info` if something was written.',
  'reconciles did not finish in time, called off': 'At the stop: what was under way is taken up after the next start.',
  'record of a floating ip refused: it is of another project, and was not seen attached':
    'A virtual-ip claims a floating ip that it may not have. It is not served.',
  'shares taken': 'This instance acts for so many of the shares of all VIPs.',
  starting: 'The first line.',
  'status endpoint listens': 'Where `/status` and the others are.',
  stopped: 'The last line after an orderly stop.',
  stopping: 'By a signal. What is under way is finished, within a bound.',
  'stopping at once': 'By a second signal.',
  'the API server keeps no references from virtual-ip to floating-ip':
    'Its schema is the usual one: floating ips are recorded in annotations.',
  'the API server keeps references from virtual-ip to floating-ip':
    'Its schema is extended: floating ips are recorded as references.',
  'the change source did not stop in good order': 'Changes that were under way are heard again after the next start.',
  'the change stream is connected': 'Changes are heard.',
  'the change stream is not connected, going on trying': 'No changes are heard. See the error.',
  'the group has not been heard of: acting for no VIP until it is':
    'Kafka is away. Others may act for the VIPs already.',
  'the hook for config API requests failed': 'A bug of the program around the library.',
  'the producer is connected': 'Of the relay: Kafka takes changes.',
  'the queue is followed': 'Of the relay: RabbitMQ gives changes.',
  'the queue is not followed, going on trying': 'Of the relay: RabbitMQ gives no changes. See the error.',
  'the queue of the change source is full, all of it is dropped and read anew':
    'Of the source in memory, which is for tests.',
  'the relay cannot go on': 'No further attempt can mend it. See the error.',
  'the relay did not stop in good order; what Kafka did not confirm is delivered again': 'Changes are not lost.',
  'the topic has another number of partitions than configured, and is left as it is':
    'Change it by hand if it matters.',
  'the topic was created': 'It did not exist.',
  'unexpected failure, exiting': 'A bug. The line has a stack; the exit code is 1.',
  'what is to be recorded is refused: floating ips are served, but nothing records them':
    'The API server takes no virtual-ip. After a restart, only the ports tell which floating ips are served.',
  'what is to be recorded is taken again': 'The end of the line above.',
  'ZooKeeper cannot be used to elect a leader, going on trying':
    'Nobody is elected by this instance. See the error, and `zookeeper.hosts`.',
  configuration:
    'A warning about the configuration: see `setting` and `warning`. It does not keep the service from starting.',
  'leadership given up': 'At the stop: another instance leads at once.',
  leading: 'This instance acts from now on.',
  'no longer leading': 'This instance acts no more. See `reason`.',
  'standing by': 'Another instance acts; this one keeps its cache warm.',
  'systemd cannot be told how the service fares': 'The socket of systemd does not take notifications.',
  'the last traces were not sent': 'At the stop: the collector did not take them.',
  'traces are sent again': 'The end of the line below.',
  'traces cannot be sent': 'The collector cannot be reached. See `tracing.endpoint`. Nothing else depends on it.',
  'a full read has found changes that nobody had announced':
    'The stream does not tell of everything. See the problem `unannounced` in [problems.md](problems.md).',
  'config API server answers again': 'An API server that had been set aside is used again where it is needed.',
  'file cannot be used, its former content goes on counting':
    'A certificate, key, password or token was replaced by something that is none, or no pair. Put it right; it is looked at every few seconds.',
  'files read anew': 'Certificates, passwords or the token were replaced; what connects from now on uses them.',
  'not ready any more': 'No work can be expected until `ready` follows; `reasons` says why.',
  'progress cannot be shown': 'A command could not write its progress to the terminal. It goes on.',
  'something has come through the exchange that was made':
    'The exchange that this service had to make is the one that the API servers publish to.',
  'the change stream is deaf: a write of ours has not come back':
    'The stream is begun afresh, and everything is read. See the problem `deaf` in [problems.md](problems.md).',
  'the change stream is heard again': 'Something has come through the stream after it was deaf.',
  'the config API allows requests again': 'Requests that were refused with 403 are answered again.',
  'the config API answers again': 'The outage is over; `outageMs` is how long it was.',
  'the config API does not serve us, going on trying':
    'The beginning of an outage: it is told once, and again when it is over. See `problem`, `setting` and `advice`.',
  'the exchange was not there and was made':
    'Nobody publishes to it yet: the API servers are not started, or use another exchange, vhost or broker.',
  'the write of the self-test failed': 'The stream could not be tried this time.',
  'token of Keystone not renewed before its end, going on with it':
    'Keystone is away or refuses; the token that there is counts until its end.',
  'API servers cannot be probed': 'A bug in what probes a server that keeps a request through the gateway waiting.',
  'a request passes the gateway unchanged':
    'The gateway was to look at a Neutron request and could not, by `reason`. Users see what the API server says, as without it.',
  'a request through the gateway has failed':
    'It was sent, and no answer came: its client got 502. It is not sent twice, as it may have been carried out.',
  'gateway listens': 'The Neutron gateway takes requests from now on, and for which API servers.',
  'the gateway reaches an API server again': 'The end of the line below, and how long it lasted.',
  'the gateway reaches no API server, requests are answered with 503':
    'Look whether the API servers run. Each request tries all of them again.',
  'the gateway refuses requests, too many are under way':
    'More than `gateway.max_requests`: something asks too much, or the API servers are slow.',
};
