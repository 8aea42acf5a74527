namespace CallCenterCrm.GrpcInterop.Interop;

/// <summary>The cases of the interop test description that need no cloud and no compression.</summary>
internal static class Cases
{
    public static readonly string[] Official =
    [
        "empty_unary", "large_unary", "client_streaming", "server_streaming", "ping_pong", "empty_stream", "custom_metadata",
        "status_code_and_message", "special_status_message", "unimplemented_method", "unimplemented_service", "cancel_after_begin",
        "cancel_after_first_response", "timeout_on_sleeping_server",
    ];
}
