using Messaging.Calls.Contract;

namespace Messaging.MassTransit.Tests.Engine;

/// <summary>
/// The tests of the shared contract that say what MassTransit's engine can't do, by the reason. docs/masstransit.md has the
/// same list for users.
/// </summary>
public static class EngineGaps
{
    private static readonly Gap _streams = new(
        "Streams: MassTransit has none; UseMassTransit refuses them at start.",
        [
            nameof(CallContractTests.A_stream_of_requests_gets_one_reply),
            nameof(CallContractTests.Requests_of_all_sizes_come_in_order),
            nameof(CallContractTests.An_echo_comes_in_order),
            nameof(CallContractTests.A_handler_that_stops_reading_stops_the_sender_within_a_window),
            nameof(CallContractTests.What_the_caller_s_items_throw_is_what_the_caller_gets_and_the_handler_is_stopped),
            nameof(CallContractTests.A_declared_fault_ends_both_directions),
            nameof(CallContractTests.A_caller_that_cancels_ends_its_items_and_the_handler),
            nameof(CallContractTests.A_worker_that_dies_mid_upload_ends_the_call_and_its_items),
            nameof(CallContractTests.A_requester_that_dies_mid_upload_ends_the_handler_s_items),
            nameof(CallContractTests.A_handler_that_fails_mid_stream_ends_it_with_a_status),
            nameof(CallContractTests.A_cancelled_reader_is_told_at_once_and_its_handler_stopped),
            nameof(CallContractTests.The_deadline_of_the_whole_ends_a_stream_and_its_handler),
            nameof(CallContractTests.A_reader_that_waits_for_an_item_for_too_long_is_told_so),
            nameof(CallContractTests.The_first_item_has_its_time_too),
            nameof(CallContractTests.A_stream_that_lasts_takes_no_call_s_room),
            nameof(CallContractTests.A_stream_that_nobody_serves_fails_at_once),
            nameof(CallContractTests.A_stream_whose_worker_dies_ends_and_never_looks_complete),
            nameof(CallContractTests.A_stream_whose_requester_dies_frees_its_handler),
            nameof(CallContractTests.A_worker_that_stops_lets_its_streams_end),
            nameof(CallContractTests.A_worker_that_reaches_its_drain_limit_ends_its_streams_with_a_status),
            nameof(CallContractTests.A_stranger_reads_a_stream_message_by_message),
            nameof(CallContractTests.A_stranger_gets_no_more_than_it_lets_come),
            nameof(CallContractTests.Who_does_not_say_that_he_reads_streams_is_told_how),
            nameof(CallContractTests.Items_come_in_order_then_the_end),
            nameof(CallContractTests.Items_of_all_sizes_come_in_order),
            nameof(CallContractTests.A_reader_that_stops_reading_stops_the_handler_within_a_window),
            nameof(CallContractTests.A_declared_fault_comes_after_the_items_before_it),
            nameof(CallContractTests.Headers_come_before_the_first_item_and_trailers_with_the_end),
            nameof(CallContractTests.Without_headers_there_are_none_to_wait_for),
            nameof(CallContractTests.Many_streams_run_beside_each_other_and_beside_calls),
            nameof(CallContractTests.A_thousand_streams_of_one_worker_advance_alike),
            nameof(CallContractTests.One_stream_more_than_a_worker_takes_is_refused),
            nameof(CallContractTests.Items_are_forwarded_as_they_are_both_ways),
            nameof(CallContractTests.A_second_move_while_one_is_under_way_fails_at_once_and_harms_nothing),
            nameof(CallContractTests.There_is_a_current_item_only_where_a_move_said_so),
            nameof(CallContractTests.A_reader_that_was_disposed_before_it_began_calls_nobody),
            nameof(CallContractTests.Disposing_a_reader_ends_the_move_that_waits_and_the_handler),
            nameof(CallContractTests.A_stream_that_is_read_twice_is_called_twice),
            nameof(CallContractTests.What_is_wrong_with_the_caller_s_items_is_what_the_caller_gets),
            nameof(CallContractTests.Items_that_are_null_are_refused_at_once),
            nameof(CallContractTests.What_the_caller_s_items_do_when_they_are_stopped_harms_nobody),
            nameof(CallContractTests.A_handler_that_moves_twice_at_once_is_told_so_and_loses_no_item),
            nameof(CallContractTests.A_handler_may_read_the_rest_later_and_nothing_twice),
            nameof(CallContractTests.A_handler_that_disposes_its_reader_ends_the_move_that_waits),
            nameof(CallContractTests.Items_that_a_handler_keeps_end_with_it),
            nameof(CallContractTests.A_handler_that_returns_no_stream_fails_its_call_only),
            nameof(CallContractTests.A_declared_fault_without_a_message_arrives_by_a_call_and_by_a_stream),
            nameof(CallContractTests.Headers_and_trailers_that_fit_no_frame_fail_their_call_or_stream_alone),
            nameof(CallContractTests.A_stream_whose_handler_answers_the_drain_limit_with_an_exception_ends_as_one_whose_worker_stops),
        ]);

    private static readonly Gap _order = new(
        "Ordered and urgent commands: refused at start.",
        [
            nameof(CallContractTests.Commands_of_one_key_run_in_order_while_workers_come_and_share_the_partitions),
            nameof(CallContractTests.The_partitions_of_a_worker_that_dies_go_on_elsewhere_with_what_it_had_begun),
            nameof(CallContractTests.A_worker_that_stops_finishes_what_runs_and_hands_its_partitions_over_in_order),
            nameof(CallContractTests.An_ordered_command_is_tried_again_where_it_is_and_a_poisonous_one_makes_way_in_the_end),
            nameof(CallContractTests.Commands_of_one_key_that_are_sent_at_once_keep_their_order_across_a_restart_of_the_broker),
            nameof(CallContractTests.An_urgent_command_overtakes_a_backlog_of_ordinary_ones),
            nameof(CallContractTests.Retries_dead_letters_replays_and_delays_of_an_urgent_command_stay_urgent),
            nameof(CallContractTests.A_priority_that_the_contract_does_not_provide_is_refused_at_once),
            nameof(CallContractTests.An_ordered_command_outlives_any_number_of_roll_outs_and_keeps_its_place_while_the_broker_lets_it),
            nameof(CallContractTests.An_ordered_command_that_would_be_dead_lettered_for_nothing_but_roll_outs_goes_to_the_end_of_its_partition),
        ]);

    private static readonly Gap _wire = new(
        "What Messaging's own messages look like: batches, compression, messages of strangers, dead letters, descriptions. MassTransit has its own.",
        [
            nameof(CallContractTests.Cancelling_one_call_of_a_batch_stops_its_handler_and_no_other),
            nameof(CallContractTests.Calls_cancelled_while_they_wait_for_the_connection_do_not_stay_with_their_workers),
            nameof(CallContractTests.A_deadline_ends_its_own_call_of_a_batch_and_stops_its_handler),
            nameof(CallContractTests.What_a_dying_worker_has_not_answered_of_its_batches_is_answered_by_another),
            nameof(CallContractTests.Calls_that_may_run_once_are_answered_instead_of_run_when_their_batch_is_redelivered),
            nameof(CallContractTests.A_lost_connection_fails_every_call_of_its_batches_and_stops_their_handlers),
            nameof(CallContractTests.Workers_that_stop_while_batches_are_under_way_lose_and_repeat_nothing),
            nameof(CallContractTests.A_client_that_does_not_ask_for_batches_gets_none_while_others_do),
            nameof(CallContractTests.Workers_that_do_not_report_how_long_handlers_take_never_get_a_batch),
            nameof(CallContractTests.A_hand_written_worker_that_reports_is_sent_batches_and_may_answer_with_batches),
            nameof(CallContractTests.A_batch_that_the_broker_refuses_fails_each_of_its_calls),
            nameof(CallContractTests.A_hand_written_batch_is_served_call_by_call),
            nameof(CallContractTests.A_batch_of_replies_that_cannot_be_read_or_is_forged_answers_nobody),
            nameof(CallContractTests.Under_load_calls_share_messages_and_each_gets_its_own_reply),
            nameof(CallContractTests.A_message_packs_no_more_than_a_millisecond_of_handlers_time),
            nameof(CallContractTests.Until_workers_have_told_how_long_handlers_take_every_call_has_a_message_of_its_own),
            nameof(CallContractTests.Where_batching_is_off_every_call_and_reply_has_a_message_of_its_own),
            nameof(CallContractTests.Confirmed_calls_share_messages_too),
            nameof(CallContractTests.Faults_and_exceptions_end_their_own_calls_only),
            nameof(CallContractTests.Each_call_has_its_own_headers_trace_and_time),
            nameof(CallContractTests.Calls_with_very_different_deadlines_do_not_share_a_message),
            nameof(CallContractTests.A_large_reply_travels_alone_and_holds_up_no_other),
            nameof(CallContractTests.Nobody_serving_is_said_to_every_call_of_a_batch),
            nameof(CallContractTests.Slow_handlers_get_one_call_to_a_message_and_workers_equal_shares),
            nameof(CallContractTests.A_worker_ten_times_slower_gets_less_than_half_of_the_others_share),
            nameof(CallContractTests.Of_a_services_operations_the_fast_ones_are_packed_and_the_slow_ones_shared),
            nameof(CallContractTests.Large_requests_and_replies_are_compressed),
            nameof(CallContractTests.Compressed_replies_share_messages),
            nameof(CallContractTests.Nothing_is_compressed_for_who_did_not_ask),
            nameof(CallContractTests.A_handler_decides_whether_its_reply_is_compressed),
            nameof(CallContractTests.Items_of_streams_are_compressed_both_ways),
            nameof(CallContractTests.A_handler_decides_item_by_item_and_sees_how_each_came),
            nameof(CallContractTests.A_forwarded_body_stays_compressed_both_ways),
            nameof(CallContractTests.A_compressed_command_stays_so_through_retry_dead_letter_and_replay),
            nameof(CallContractTests.A_body_that_can_not_be_decompressed_fails_its_own_call),
            nameof(CallContractTests.A_stranger_may_compress_a_plain_message),
            nameof(CallContractTests.A_reply_that_is_a_bomb_fails_its_own_call),
            nameof(CallContractTests.An_item_that_is_a_bomb_ends_its_own_stream),
            nameof(CallContractTests.A_command_that_is_a_bomb_is_dead_lettered_as_it_is),
            nameof(CallContractTests.A_plain_message_is_served),
            nameof(CallContractTests.A_mistaken_message_is_answered_with_what_is_wrong),
            nameof(CallContractTests.Odd_headers_are_answered_or_ignored_and_the_worker_lives),
            nameof(CallContractTests.A_call_of_100_MB_is_refused_and_disturbs_nothing),
            nameof(CallContractTests.A_command_over_the_limit_is_dead_lettered_by_the_broker),
            nameof(CallContractTests.A_reply_to_that_names_a_work_queue_is_refused),
            nameof(CallContractTests.A_hand_written_worker_is_called_and_forged_or_repeated_replies_change_nothing),
            nameof(CallContractTests.A_reply_that_cannot_be_decoded_fails_its_own_call_only),
            nameof(CallContractTests.An_accepted_command_runs),
            nameof(CallContractTests.A_command_for_a_service_that_was_never_started_is_unroutable),
            nameof(CallContractTests.A_command_that_fails_lies_in_the_dead_letter_queue_with_its_reason),
            nameof(CallContractTests.A_command_outlives_a_broker_restart),
            nameof(CallContractTests.A_handler_is_cancelled_at_its_calls_deadline_although_nobody_says_so),
            nameof(CallContractTests.A_dead_letter_is_looked_at_repaired_and_run_again),
            nameof(CallContractTests.All_that_a_stranger_sends_stays_through_retries_dead_letters_and_replays),
            nameof(CallContractTests.All_that_a_stranger_sends_stays_when_its_command_is_sent_on),
            nameof(CallContractTests.Commands_that_fail_after_the_dead_letter_queue_was_deleted_are_dead_lettered_and_each_was_run_once),
            nameof(CallContractTests.Commands_that_fail_while_the_dead_letter_queue_is_full_are_held_until_it_is_not_and_each_is_run_once),
            nameof(CallContractTests.A_worker_describes_its_service_to_who_has_no_contract),
            nameof(CallContractTests.A_service_that_nobody_serves_has_no_description),
            nameof(CallContractTests.Bytes_are_forwarded_as_they_are_and_a_fault_that_the_forwarder_does_not_know_keeps_its_name_and_fields),
            nameof(CallContractTests.A_command_whose_exception_can_t_be_read_is_dead_lettered_and_the_next_runs),
            nameof(CallContractTests.A_log_provider_that_throws_changes_no_outcome_and_ends_no_link),
            nameof(CallContractTests.What_a_failed_call_says_beside_its_failure_is_left_out_where_it_does_not_fit),
            nameof(CallContractTests.A_call_whose_handler_answers_its_deadline_with_an_exception_is_answered_with_that),
            nameof(CallContractTests.A_command_outlives_any_number_of_roll_outs_without_an_attempt_counted),
            nameof(CallContractTests.A_command_whose_handler_does_not_stop_is_given_back_while_it_runs_and_what_that_ends_with_counts_no_more),
        ]);

    private static readonly Gap _payloads = new(
        "What a payload may be, nulls and losses among it: MassTransit's serializer writes and reads them, by rules of its own.",
        [
            nameof(CallContractTests.A_handler_that_returns_null_against_its_contract_fails_the_call),
            nameof(CallContractTests.An_item_that_is_null_against_the_contract_ends_the_stream),
            nameof(CallContractTests.The_one_reply_to_a_stream_is_not_null_either),
            nameof(CallContractTests.A_null_request_or_item_is_not_sent_against_the_contract),
            nameof(CallContractTests.A_foreign_null_fails_the_call_that_it_answers),
            nameof(CallContractTests.Nulls_travel_where_the_contract_has_them),
            nameof(CallContractTests.Tuples_arrive_whole),
            nameof(CallContractTests.A_derived_reply_that_would_be_cut_fails_the_call_and_says_what_is_missing),
            nameof(CallContractTests.A_body_with_a_byte_order_mark_is_read),
            nameof(CallContractTests.A_body_in_another_encoding_is_refused_with_what_to_send),
            nameof(CallContractTests.A_foreign_reply_with_a_byte_order_mark_is_read),
        ]);

    private static readonly Gap _cancelling = new(
        "Cancelling a handler from afar: MassTransit has no message for it. The handler ends with the message's expiration.",
        [
            nameof(CallContractTests.A_call_ends_at_its_deadline_and_its_handler_is_cancelled),
            nameof(CallContractTests.The_callers_cancellation_is_no_timeout_and_stops_the_handler),
            nameof(CallContractTests.Disposing_the_requester_ends_its_calls_and_stops_their_handlers),
            nameof(CallContractTests.Cancelling_the_outer_call_stops_the_handler_of_the_nested_one),
        ]);

    private static readonly Gap _delays = new(
        "Delayed commands: sending one throws.",
        [
            nameof(CallContractTests.A_delayed_command_runs_when_it_is_due_unless_it_was_cancelled),
        ]);

    private static readonly Gap _limits = new(
        "Limits of a message's size: MassTransit has none.",
        [
            nameof(CallContractTests.A_request_over_the_limit_fails_here_and_disturbs_nothing),
            nameof(CallContractTests.A_reply_over_the_limit_fails_its_call_only),
        ]);

    private static readonly Gap _redaction = new(
        "Redaction: MassTransit's faults have the exception's type, message and stack.",
        [
            nameof(CallContractTests.A_fault_that_the_operation_does_not_declare_is_redacted),
            nameof(CallContractTests.A_call_whose_exception_can_t_be_read_or_sent_is_answered_and_the_next_is_served),
        ]);

    private static readonly Gap _losses = new(
        "Learning at once that a connection is lost or back: MassTransit connects again at its own pace, and its client waits for its timeout.",
        [
            nameof(CallContractTests.A_lost_connection_fails_the_calls_under_way_at_once),
            nameof(CallContractTests.An_idempotent_call_survives_a_lost_connection_by_a_retry),
            nameof(CallContractTests.A_call_made_while_the_broker_is_away_waits_for_it),
            nameof(CallContractTests.A_broker_that_stays_away_ends_calls_at_their_deadline),
        ]);

    private static readonly Gap _deaths = new(
        "The death of a worker, which these play by taking Messaging's own transport away. EngineRedeliveryTests has MassTransit's.",
        [
            nameof(CallContractTests.A_worker_that_dies_mid_call_has_its_call_redelivered),
            nameof(CallContractTests.A_redelivered_call_that_may_run_once_is_answered_instead_of_run),
            nameof(CallContractTests.A_call_whose_handler_answers_a_lost_link_with_an_exception_goes_to_another_worker),
        ]);

    private static readonly Gap _looking = new(
        "The catalogue and the looks at queues: workers of MassTransit's engine do not announce themselves, and its queues have its own names.",
        [
            nameof(CallContractTests.A_catalogue_that_begins_calls_the_roll_and_knows_every_worker),
            nameof(CallContractTests.What_workers_do_is_announced),
            nameof(CallContractTests.A_worker_that_drains_says_so_and_one_that_has_stopped_is_gone_at_once),
            nameof(CallContractTests.A_worker_that_is_killed_is_forgotten),
            nameof(CallContractTests.A_watch_outlives_the_broker_and_a_list_says_that_it_is_down),
            nameof(CallContractTests.What_strangers_announce_is_believed_only_where_it_can_be),
            nameof(CallContractTests.All_queues_of_a_service_are_listed_with_what_waits_and_who_consumes),
            nameof(CallContractTests.A_look_at_queues_says_that_the_broker_is_down_and_works_again_when_it_is_back),
            nameof(CallContractTests.A_worker_that_announces_nothing_serves_and_is_not_listed),
            nameof(CallContractTests.A_service_that_nobody_serves_has_no_queues),
        ]);

    private static readonly Gap _overload = new(
        "Overload: MassTransit's requests do not say when they were sent, nor its replies how long they waited, and its consumers begin whatever comes.",
        [
            nameof(CallContractTests.A_refusal_in_time_is_told_once_with_when_to_call_again),
            nameof(CallContractTests.Whatever_a_stranger_says_of_waits_calls_are_answered),
            nameof(CallContractTests.Of_a_flood_that_no_worker_can_do_nearly_all_that_is_begun_is_answered_in_time),
            nameof(CallContractTests.A_call_that_is_cancelled_while_it_waits_in_a_workers_hands_is_never_begun),
            nameof(CallContractTests.A_stranger_that_lies_about_when_it_sent_is_answered),
            nameof(CallContractTests.A_stranger_that_says_when_it_sent_is_asked_for_its_clock_on_its_reply_queue),
        ]);

    private static readonly Gap _nobody = new(
        "In memory nobody says that nobody consumes: the call ends at its deadline.",
        [
            nameof(CallContractTests.Nobody_serving_is_said_at_once_and_not_at_the_timeout),
            nameof(CallContractTests.Who_waits_for_the_headers_of_a_call_that_nobody_serves_waits_no_longer_than_for_the_call),
        ]);

    private static readonly Gap _competing = new(
        "A bus in memory has one endpoint of a name, so no competing workers.",
        [
            nameof(CallContractTests.Calls_are_shared_by_competing_workers),
            nameof(CallContractTests.What_a_stopping_worker_has_not_started_goes_to_another),
        ]);

    /// <summary>On RabbitMQ.</summary>
    public static IReadOnlyList<Gap> RabbitMq { get; } = [_streams, _order, _wire, _payloads, _cancelling, _delays, _limits, _redaction, _losses, _deaths, _looking, _overload];

    /// <summary>In memory.</summary>
    public static IReadOnlyList<Gap> InMemory { get; } = [.. RabbitMq, _nobody, _competing];

    /// <summary>Skips the running test where a gap names it.</summary>
    public static void SkipWhereNotCarried(IReadOnlyList<Gap> gaps)
    {
        var test = TestContext.Current.TestMethod?.MethodName;
        foreach (var gap in gaps)
        {
            Assert.SkipWhen(gap.Tests.Contains(test, StringComparer.Ordinal), gap.Reason);
        }
    }

    /// <summary>Tests that are left out, and why.</summary>
    public sealed record Gap(string Reason, IReadOnlyList<string> Tests);
}
