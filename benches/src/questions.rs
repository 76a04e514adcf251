//! Policies and requests to decide, as the testkit makes them, ready to be measured.

use ramguard::{Context, Policy, PolicySet, Request, RequestError};
use ramguard_policy::PolicyError;
use ramguard_testkit::workload::{self, Question, Variant, Work};

/// The seed of all workloads.
pub const SEED: u64 = 7;

/// Makes policies with so many statements and a thousand questions.
#[must_use]
pub fn work(variant: Variant, statements: usize) -> Work {
    workload::decisions(variant, statements, 1_000, SEED)
}

/// Reads the policies.
///
/// # Errors
/// None for a workload.
pub fn policies(work: &Work) -> Result<Vec<Policy>, PolicyError> {
    work.documents.iter().map(|text| Policy::parse(text)).collect()
}

/// Turns questions into requests that borrow them.
///
/// # Errors
/// None for a workload.
pub fn requests(questions: &[Question]) -> Result<Vec<Request<'_>>, RequestError> {
    questions.iter().map(request).collect()
}

/// Turns a question into a request that borrows it.
///
/// # Errors
/// None for a workload.
pub fn request(question: &Question) -> Result<Request<'_>, RequestError> {
    let context = question.context.iter().map(|(key, value)| (*key, value.as_str()));
    let request = Request::parse(question.action.as_str(), question.resource.as_str())?;
    Ok(request.with_context(Context::from_pairs(context)?))
}

/// Panics unless the set gives every answer of the plain scan; the benches call it first.
///
/// # Panics
/// If an answer differs.
pub fn check(set: &PolicySet, requests: &[Request<'_>]) {
    let scan = ramguard::Scan::new(set);
    for request in requests {
        let (action, resource) = (request.action(), request.resource());
        assert_eq!(set.decide_alone(request), scan.decide(request), "{action} {resource}");
    }
}
