namespace Grpc.Core;

/// <summary>The states of a channel (github.com/grpc/grpc, doc/connectivity-semantics-and-api.md).</summary>
public enum ConnectivityState
{
    Idle,
    Connecting,
    Ready,
    TransientFailure,
    Shutdown,
}
