def test_follows_each_step_of_a_failover(opensdn, load_balancer):
    failover = opensdn.begin("failover-amphora", load_balancer=load_balancer["id"])
    while not failover.is_over:
        failover.step()
        opensdn.settled()


def test_comes_through_a_failover_though_writes_fail(opensdn, load_balancer):
    rule = {
        "on": "request",
        "match": {"userAgent": "opensdn-svc-monitor", "access": "write"},
        "count": 2,
        "fault": {"kind": "error", "status": 503},
    }
    with opensdn.fault(rule) as failing:
        opensdn.do("failover-load-balancer", load_balancer=load_balancer["id"])
        opensdn.settled()
        assert failing.struck == 2
