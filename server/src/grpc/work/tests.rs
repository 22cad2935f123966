use std::time::Duration;

use tokio_stream::StreamExt;

use super::*;

const SOON: Duration = Duration::from_secs(5);

fn of(load: Load) -> Work {
    Work::new(load, Counted::default())
}

fn work() -> Work {
    of(Load { places: 2, places_each: 1, queue_each: 1, ..Load::default() })
}

fn soon() -> Instant {
    Instant::now() + SOON
}

fn caller(kommune: &str) -> Caller {
    Caller::Bearer { role: "kommune".to_owned(), parameter: kommune.to_owned() }
}

/// A job that goes on until it is told to stop, and then says so.
fn endless(
    told: &std::sync::mpsc::Sender<()>,
) -> impl FnOnce(&Cancel) -> Result<(), Status> + use<> {
    let told = told.clone();
    move |cancel: &Cancel| {
        while cancel.check().is_ok() {
            std::thread::sleep(Duration::from_millis(1));
        }
        told.send(()).map_err(|_| status::internal())
    }
}

#[tokio::test]
async fn a_job_is_told_to_stop_at_its_deadline() {
    let (told, was_told) = std::sync::mpsc::channel();
    // Long enough to have begun by then on a machine that is busy.
    let deadline = Instant::now() + Duration::from_secs(1);
    let refused = work().run(&Caller::Local, deadline, endless(&told)).await.unwrap_err();
    assert_eq!(refused.code(), Code::DeadlineExceeded);
    was_told.recv_timeout(SOON).unwrap();
}

#[tokio::test]
async fn a_job_that_nobody_waits_for_is_told_to_stop_and_leaves_the_list() {
    let (work, (told, was_told)) = (work(), std::sync::mpsc::channel());
    let (own, job) = (work.clone(), endless(&told));
    let asked = tokio::spawn(async move { own.run(&Caller::Local, soon(), job).await });
    while !work.queries().first().is_some_and(|query| query.runs()) {
        tokio::task::yield_now().await;
    }
    asked.abort();
    tokio::task::spawn_blocking(move || was_told.recv_timeout(SOON)).await.unwrap().unwrap();
    tokio::time::timeout(SOON, work.running.idle()).await.unwrap();
}

#[tokio::test]
async fn queries_that_wait_or_run_are_listed_and_can_be_ended() {
    let (work, (told, was_told)) = (work(), std::sync::mpsc::channel());
    let ask = |name| {
        let (own, job) = (work.clone(), endless(&told));
        tokio::spawn(async move { own.run(&caller(name), soon(), job).await })
    };
    let running = ask("a");
    while !work.queries().first().is_some_and(|query| query.runs()) {
        tokio::task::yield_now().await;
    }
    let waiting = ask("a");
    while work.queries().len() < 2 {
        tokio::task::yield_now().await;
    }
    let listed: Vec<bool> = work.queries().iter().map(|query| query.runs()).collect();
    assert_eq!(listed, [true, false], "the second of a caller waits though a place is free");
    let refused = work.run(&caller("a"), soon(), endless(&told)).await.unwrap_err();
    assert_eq!(refused.code(), Code::ResourceExhausted, "its line is full");
    work.queries()[1].end();
    assert_eq!(waiting.await.unwrap().unwrap_err().code(), Code::Cancelled);
    assert!(was_told.try_recv().is_err(), "what waited has never begun");
    work.queries()[0].end();
    assert_eq!(running.await.unwrap().unwrap_err().code(), Code::Cancelled);
    tokio::time::timeout(SOON, work.running.idle()).await.unwrap();
}

#[tokio::test]
async fn who_closes_lets_what_runs_come_to_its_end_and_takes_on_nothing() {
    let work = of(Load { drain: SOON, ..Load::default() });
    let (own, (begun, has_begun)) = (work.clone(), tokio::sync::oneshot::channel());
    let job = move |_: &Cancel| {
        begun.send(()).map_err(|()| status::internal())?;
        std::thread::sleep(Duration::from_millis(50));
        Ok(7)
    };
    let running = tokio::spawn(async move { own.run(&Caller::Local, soon(), job).await });
    has_begun.await.unwrap();
    work.close();
    let refused = work.run(&Caller::Local, soon(), |_| Ok(())).await.unwrap_err();
    assert_eq!(refused.code(), Code::Unavailable);
    work.drained().await;
    assert_eq!(running.await.unwrap().unwrap(), 7);
}

#[tokio::test]
async fn what_runs_longer_than_there_is_time_to_close_is_ended() {
    let work = of(Load { drain: Duration::from_millis(20), ..Load::default() });
    let (own, (told, was_told)) = (work.clone(), std::sync::mpsc::channel());
    let job = endless(&told);
    let running = tokio::spawn(async move { own.run(&Caller::Local, soon(), job).await });
    while work.queries().is_empty() {
        tokio::task::yield_now().await;
    }
    work.close();
    work.drained().await;
    assert_eq!(running.await.unwrap().unwrap_err().code(), Code::Cancelled);
    drop(was_told);
}

/// A long answer that never ends by itself.
fn forever(
    told: &std::sync::mpsc::Sender<()>,
) -> impl FnOnce(Outlet<()>, &Cancel) -> Result<(), ()> + use<> {
    let told = told.clone();
    move |_, cancel| {
        while cancel.check().is_ok() {
            std::thread::sleep(Duration::from_millis(1));
        }
        told.send(()).map_err(|_| ())
    }
}

/// A long answer whose parts are put until they are not taken.
fn putting(
    told: &std::sync::mpsc::Sender<u32>,
) -> impl FnOnce(Outlet<u32>, &Cancel) -> Result<(), ()> + use<> {
    let told = told.clone();
    move |outlet, _| {
        let untaken = (0..).find(|part| outlet.put(*part).is_err());
        told.send(untaken.unwrap_or_default()).map_err(|_| ())?;
        Err(())
    }
}

fn fault((): ()) -> Status {
    status::internal()
}

#[tokio::test]
async fn a_stream_that_nobody_waits_for_is_told_to_stop_and_gives_its_place_back() {
    let (work, (told, was_told)) = (work(), std::sync::mpsc::channel());
    let callers = [caller("a"), caller("b"), caller("c")];
    let [a, b, c] = callers.each_ref();
    let begin = |caller| work.stream(caller, forever(&told), fault);
    let first = begin(a).await.unwrap();
    let is_full = |code| code == Some(Code::ResourceExhausted);
    assert!(is_full(begin(a).await.err().map(|refused| refused.code())), "one of each caller");
    let second = begin(b).await.unwrap();
    assert!(is_full(begin(c).await.err().map(|refused| refused.code())), "two of all");
    drop((first, second));
    for _ in 0..2 {
        was_told.recv_timeout(SOON).unwrap();
    }
    tokio::time::timeout(SOON, work.running.idle()).await.unwrap();
    assert!(begin(a).await.is_ok());
}

#[tokio::test]
async fn a_stream_that_is_cancelled_ends_with_the_refusal_that_says_so() {
    let (work, (told, was_told)) = (work(), std::sync::mpsc::channel());
    let stream = work.stream(&Caller::Local, forever(&told), fault).await;
    let mut stream = std::pin::pin!(stream.unwrap());
    work.queries()[0].end();
    let last = stream.next().await.unwrap().unwrap_err();
    assert_eq!(last.code(), Code::Cancelled);
    assert!(stream.next().await.is_none());
    was_told.recv_timeout(SOON).unwrap();
}

#[tokio::test]
async fn a_stream_that_nobody_reads_is_ended_by_who_cancels_it() {
    let (work, (told, was_told)) = (work(), std::sync::mpsc::channel());
    let stream = work.stream(&Caller::Local, putting(&told), fault).await.unwrap();
    while was_told.try_recv().is_err() {
        // Nobody polls the stream: whoever makes it must notice by itself.
        work.queries().iter().for_each(|query| query.end());
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    tokio::time::timeout(SOON, work.running.idle()).await.unwrap();
    let mut stream = std::pin::pin!(stream);
    assert_eq!(stream.next().await.unwrap().unwrap_err().code(), Code::Cancelled);
}

#[tokio::test]
async fn a_stream_that_nobody_reads_is_given_up_and_says_so_behind_what_was_made() {
    let work = of(Load { unread: Duration::from_millis(20), ..Load::default() });
    let (told, was_told) = std::sync::mpsc::channel();
    let stream = work.stream(&Caller::Local, putting(&told), fault).await.unwrap();
    tokio::time::timeout(SOON, work.running.idle()).await.unwrap();
    let made = was_told.recv_timeout(SOON).unwrap();
    let parts: Vec<_> = stream.collect().await;
    assert_eq!(parts.len() as u32, made + 1);
    assert_eq!(parts.last().unwrap().as_ref().unwrap_err().code(), Code::Aborted);
}

#[tokio::test]
async fn a_stream_whose_job_panics_does_not_look_whole() {
    let work = work();
    let job = |_: Outlet<()>, _: &Cancel| -> Result<(), ()> { panic!("a test") };
    let stream = work.stream(&Caller::Local, job, fault).await.unwrap();
    let parts: Vec<_> = stream.collect().await;
    assert_eq!(parts.len(), 1);
    assert_eq!(parts[0].as_ref().unwrap_err().code(), Code::Internal);
}

#[tokio::test]
async fn an_answer_that_waits_for_room_keeps_its_callers_place_and_no_others() {
    let work = of(Load { places: 1, places_each: 1, sending: 1 << 20, ..Load::default() });
    let large = |_: &Cancel| Ok(vec!["x".repeat(400 << 10)]);
    let first = work.parts(&Caller::Local, soon(), large).await.unwrap();
    let (own, again) = (work.clone(), soon());
    let second = tokio::spawn(async move { own.parts(&Caller::Local, again, large).await });
    let other = async || work.run(&caller("b"), soon(), |_| Ok(7)).await;
    while !work.queries().first().is_some_and(|query| query.runs()) {
        tokio::task::yield_now().await;
    }
    assert_eq!(other().await.unwrap(), 7, "others are answered");
    let now = Instant::now() + Duration::from_millis(100);
    let third = work.run(&Caller::Local, now, |_| Ok(())).await.unwrap_err();
    assert_eq!(third.code(), Code::DeadlineExceeded, "the caller's place is held");
    assert!(!second.is_finished());
    drop(first);
    let second: Vec<_> = second.await.unwrap().unwrap().collect().await;
    assert_eq!(second.len(), 1);
}
