using CallCenterCrm.Staff.V1;
using CallCenterCrm.WebConsole.Telephone;
using Grpc.Core;

namespace CallCenterCrm.WebConsole.SignIn;

/// <summary>Signing in and out. Staff decides; here a browser gets a cookie for what it was granted.</summary>
internal static class SessionEndpoints
{
    public static void MapSessions(this WebApplication app)
    {
        var open = new SessionAccess.OpenToAll();
        app.MapPost("/api/session", SignInAsync).WithMetadata(open);
        app.MapPost("/api/session/second-factor", AnswerAsync).WithMetadata(open);
        app.MapPost("/api/session/new-password", ChooseAsync).WithMetadata(open);
        app.MapDelete("/api/session", SignOutAsync);
        app.MapGet("/api/me", MeAsync);
    }

    private static async Task<IResult> SignInAsync(SignInBody body, HttpContext context, Staff.V1.SignIn.SignInClient staff)
    {
        var answer = await staff.SignInAsync(
            new SignInRequest { SignInName = body.Name ?? "", Password = body.Password ?? "", Device = Device(context), ClientAddress = context.Address() },
            context.Circumstances(), cancellationToken: context.RequestAborted);
        return await GoOnAsync(answer.Progress, context);
    }

    private static async Task<IResult> AnswerAsync(CodeBody body, HttpContext context, Staff.V1.SignIn.SignInClient staff)
    {
        var answer = await staff.AnswerSecondFactorAsync(
            new AnswerSecondFactorRequest { ChallengeToken = body.Challenge ?? "", Code = body.Code ?? "", ClientAddress = context.Address() },
            context.Circumstances(), cancellationToken: context.RequestAborted);
        return await GoOnAsync(answer.Progress, context);
    }

    private static async Task<IResult> ChooseAsync(NewPasswordBody body, HttpContext context, Staff.V1.SignIn.SignInClient staff)
    {
        var answer = await staff.ChooseNewPasswordAsync(
            new ChooseNewPasswordRequest { ChallengeToken = body.Challenge ?? "", NewPassword = body.NewPassword ?? "", ClientAddress = context.Address() },
            context.Circumstances(), cancellationToken: context.RequestAborted);
        return await GoOnAsync(answer.Progress, context);
    }

    private static async Task<IResult> SignOutAsync(HttpContext context, Staff.V1.SignIn.SignInClient staff)
    {
        var session = context.Session();
        try
        {
            await staff.RevokeSessionAsync(
                new RevokeSessionRequest { SessionId = session.SessionId.ToString() },
                await context.CredentialsAsync(context.RequestAborted), cancellationToken: context.RequestAborted);
        }
        catch (RpcException fault) when (fault.StatusCode is StatusCode.Unavailable or StatusCode.DeadlineExceeded)
        {
            // Signed out here it is in any case, and nobody else has the token that would renew it.
        }

        await session.EndAsync();
        context.RemoveSessionCookie();
        return Results.NoContent();
    }

    private static async Task<IResult> MeAsync(HttpContext context, Employees.EmployeesClient employees)
    {
        var person = await context.Session().PersonAsync(context.Address(), context.RequestAborted);
        Employee? employee = null;
        try
        {
            employee = (await employees.GetEmployeeAsync(
                new GetEmployeeRequest { Id = person.EmployeeId.ToString() },
                await context.CredentialsAsync(context.RequestAborted), cancellationToken: context.RequestAborted)).Employee;
        }
        catch (RpcException fault) when (fault.StatusCode is StatusCode.PermissionDenied or StatusCode.Unavailable or StatusCode.DeadlineExceeded)
        {
            // The console works on without his name and phone.
        }

        return Results.Json(new
        {
            person.EmployeeId,
            person.SessionId,
            Name = employee?.Name ?? "",
            Extension = employee?.Extension ?? "",
            Telephone = context.RequestServices.GetService<TelephoneSettings>() is not null,
            Team = person.Team ?? "",
            person.Visibility,
            person.Permissions,
        });
    }

    private static async Task<IResult> GoOnAsync(SignInProgress progress, HttpContext context)
    {
        if (progress.Challenge is { } challenge)
        {
            return Results.Json(new { Stage = challenge.Stage == Stage.SecondFactor ? "second_factor" : "new_password", Challenge = challenge.Token });
        }

        context.SetSessionCookie(await context.RequestServices.GetRequiredService<Sessions>().BeginAsync(progress.Grant, context.RequestAborted));
        return Results.Json(new { Stage = "done" });
    }

    private static string Device(HttpContext context) => context.Request.Headers.UserAgent.ToString() is var device && device.Length > 200 ? device[..200] : device;

    private sealed record SignInBody(string? Name, string? Password);

    private sealed record CodeBody(string? Challenge, string? Code);

    private sealed record NewPasswordBody(string? Challenge, string? NewPassword);
}
