using CallCenterCrm.ServiceDefaults.Grpc;
using CallCenterCrm.ServiceDefaults.Input;
using CallCenterCrm.Staff.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace CallCenterCrm.Staff.SignIn;

/// <summary>protos/callcenter/staff/v1/sign_in.proto over signing in, sessions and the second factor.</summary>
internal sealed class SignInGrpcService(SignInService signIn, SessionStore sessions, SecondFactor secondFactor, ClientAddresses addresses)
    : V1.SignIn.SignInBase
{
    public override async Task<SignInResponse> SignIn(SignInRequest request, ServerCallContext context) => new()
    {
        Progress = Write(await signIn.SignInAsync(
            request.SignInName, request.Password, addresses.Of(context, request.ClientAddress), request.Device, context.CancellationToken)),
    };

    public override async Task<AnswerSecondFactorResponse> AnswerSecondFactor(AnswerSecondFactorRequest request, ServerCallContext context) => new()
    {
        Progress = Write(await signIn.AnswerSecondFactorAsync(
            request.ChallengeToken, request.Code, addresses.Of(context, request.ClientAddress), context.CancellationToken)),
    };

    public override async Task<ChooseNewPasswordResponse> ChooseNewPassword(ChooseNewPasswordRequest request, ServerCallContext context) => new()
    {
        Progress = Write(await signIn.ChooseNewPasswordAsync(
            request.ChallengeToken, request.NewPassword, addresses.Of(context, request.ClientAddress), context.CancellationToken)),
    };

    public override async Task<RenewSessionResponse> RenewSession(RenewSessionRequest request, ServerCallContext context) => new()
    {
        Grant = Write(await sessions.RefreshAsync(request.RefreshToken, addresses.Of(context, request.ClientAddress), context.CancellationToken)),
    };

    public override async Task<ChangePasswordResponse> ChangePassword(ChangePasswordRequest request, ServerCallContext context)
    {
        await signIn.ChangePasswordAsync(
            request.CurrentPassword, request.NewPassword, addresses.By(context, request.ClientAddress), context.CancellationToken);
        return new();
    }

    public override async Task<ListSessionsResponse> ListSessions(ListSessionsRequest request, ServerCallContext context)
    {
        var by = addresses.By(context);
        var violations = new Violations();
        var employee = violations.OptionalIdentity("employee_id", request.EmployeeId) ?? by.Caller!.Id;
        violations.ThrowIfAny();
        var found = await sessions.ListAsync(employee, by, context.CancellationToken);
        return new() { Sessions = { found.Select(session => Write(session, by.Caller!.SessionId)) } };
    }

    public override async Task<RevokeSessionResponse> RevokeSession(RevokeSessionRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        var id = violations.Identity("session_id", request.SessionId);
        violations.ThrowIfAny();
        await sessions.RevokeAsync(id, addresses.By(context), context.CancellationToken);
        return new();
    }

    public override async Task<BeginSecondFactorResponse> BeginSecondFactor(BeginSecondFactorRequest request, ServerCallContext context)
    {
        var enrolment = await secondFactor.BeginAsync(addresses.By(context), context.CancellationToken);
        return new() { Secret = enrolment.Secret, Uri = enrolment.Uri.AbsoluteUri };
    }

    public override async Task<ConfirmSecondFactorResponse> ConfirmSecondFactor(ConfirmSecondFactorRequest request, ServerCallContext context) => new()
    {
        RecoveryCodes = { await secondFactor.ConfirmAsync(request.Code, addresses.By(context), context.CancellationToken) },
    };

    public override async Task<RemoveSecondFactorResponse> RemoveSecondFactor(RemoveSecondFactorRequest request, ServerCallContext context)
    {
        await secondFactor.RemoveAsync(request.Code, addresses.By(context, request.ClientAddress), context.CancellationToken);
        return new();
    }

    private static SignInProgress Write(SignInStep step) => step.Grant is { } grant
        ? new() { Grant = Write(grant) }
        : new()
        {
            Challenge = new()
            {
                Stage = step.Lacks == Stage.SecondFactor ? V1.Stage.SecondFactor : V1.Stage.NewPassword,
                Token = step.Challenge,
            },
        };

    private static Grant Write(SessionGrant grant) => new()
    {
        SessionId = grant.SessionId.ToString(),
        EmployeeId = grant.Employee.Id.ToString(),
        AccessToken = grant.AccessToken.Text,
        AccessTokenExpiresAt = grant.AccessToken.ExpiresAt.ToTimestamp(),
        RefreshToken = grant.RefreshToken,
    };

    private static V1.Session Write(Session session, Guid? current) => new()
    {
        Id = session.Id.ToString(),
        Address = session.Address,
        Device = session.Device,
        CreatedAt = session.CreatedAt.ToTimestamp(),
        LastUsedAt = session.LastUsedAt.ToTimestamp(),
        IdleUntil = session.IdleUntil.ToTimestamp(),
        EndsAt = session.EndsAt.ToTimestamp(),
        Current = session.Id == current,
    };
}
