use super::*;

fn still() -> VirtualClock {
    VirtualClock::starting_at("2026-03-01T09:00:00Z".parse().unwrap(), 0.0).unwrap()
}

#[test]
fn a_still_clock_moves_by_steps_only() {
    let clock = still();
    std::thread::sleep(Duration::from_millis(5));
    assert_eq!(clock.now_rfc3339(), "2026-03-01T09:00:00Z");
    clock.advance(Duration::from_millis(1500));
    assert_eq!(clock.now_rfc3339(), "2026-03-01T09:00:01.500Z");
    assert_eq!(clock.monotonic_ns(), 1_500_000_000);
}

#[test]
fn setting_the_past_leaves_the_monotonic_clock_alone() {
    let clock = still();
    clock
        .set_now("2026-03-02T09:00:00Z".parse().unwrap())
        .unwrap();
    let day_ns = 86_400_000_000_000;
    assert_eq!(clock.monotonic_ns(), day_ns);
    clock
        .set_now("2026-01-01T00:00:00Z".parse().unwrap())
        .unwrap();
    assert_eq!(clock.now_rfc3339(), "2026-01-01T00:00:00Z");
    assert_eq!(clock.monotonic_ns(), day_ns);
}

#[test]
fn a_fast_clock_runs_fast_and_a_bad_speed_is_refused() {
    let clock = VirtualClock::starting_at(DateTime::UNIX_EPOCH, 3600.0).unwrap();
    std::thread::sleep(Duration::from_millis(20));
    assert!(clock.since_epoch() >= Duration::from_secs(72));
    assert!(clock.set_speed(-1.0).is_err());
    assert!(clock.set_speed(f64::NAN).is_err());
    assert!(VirtualClock::starting_at("1969-01-01T00:00:00Z".parse().unwrap(), 1.0).is_err());
}

#[tokio::test]
async fn sleepers_wake_when_stepped_over_and_not_before() {
    let clock = still();
    let sleeper = tokio::spawn({
        let clock = clock.clone();
        async move { clock.sleep(Duration::from_secs(3600)).await }
    });
    tokio::time::sleep(Duration::from_millis(10)).await;
    clock.advance(Duration::from_secs(3599));
    tokio::time::sleep(Duration::from_millis(10)).await;
    assert!(!sleeper.is_finished());
    clock.advance(Duration::from_secs(1));
    tokio::time::timeout(Duration::from_secs(5), sleeper)
        .await
        .unwrap()
        .unwrap();
}

#[tokio::test]
async fn speeding_up_shortens_a_sleep_under_way() {
    let clock = VirtualClock::starting_at(DateTime::UNIX_EPOCH, 1.0).unwrap();
    let sleeper = tokio::spawn({
        let clock = clock.clone();
        async move { clock.sleep(Duration::from_secs(3600)).await }
    });
    tokio::time::sleep(Duration::from_millis(10)).await;
    clock.set_speed(1_000_000.0).unwrap();
    tokio::time::timeout(Duration::from_secs(5), sleeper)
        .await
        .unwrap()
        .unwrap();
}
