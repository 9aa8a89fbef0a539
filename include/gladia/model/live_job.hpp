#pragma once

#include <gladia/model/job.hpp>
#include <gladia/model/live_request.hpp>
#include <gladia/model/live_result.hpp>

/// \file
/// Finished and running sessions, as the service keeps them.

namespace gladia {

/// A session, as the service keeps it; its `id` is the same as in `live_session_info`.
/// Mirrors https://docs.gladia.io/api-reference/v2/live/get.
using live_job = basic_job<live_request, live_result>;

/// One page of sessions. Mirrors https://docs.gladia.io/api-reference/v2/live/list.
using live_job_page = basic_job_page<live_job>;

/// Which sessions to list. Mirrors https://docs.gladia.io/api-reference/v2/live/list.
using live_list_query = job_list_query;

}  // namespace gladia
